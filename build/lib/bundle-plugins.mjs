/** What bundling does to imports of the packages of this workspace. */
import { PROLOGUE } from './pass.mjs';
/** Packages from outside that every start needs: containers, the parser of the command line, colours. */
const INSIDE = ['inversify', 'tsyringe', 'commander', 'picocolors'];

/**
 * Metadata are of the whole process: one copy for all. They stand before everything else in each file, for containers look for them when they
 * are loaded; and are required, for an import would first parse them to find what they export, which takes 20 ms.
 */
export const METADATA =
  "import { createRequire as __requireFrom } from 'node:module'; __requireFrom(import.meta.url)('reflect-metadata');";

/** Packages stay outside, but for a few and what these import. */
export const outside = {
  name: 'outside',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
      if (kind === 'entry-point' || path.startsWith('node:')) return undefined;
      if (path === 'reflect-metadata') return { path, namespace: 'banner' };
      return INSIDE.includes(path) || /[/\\]node_modules[/\\]/.test(importer) ? undefined : { path, external: true };
    });
    onLoad({ filter: /.*/, namespace: 'banner' }, () => ({ contents: '' }));
  },
};

/** Slow to load, and needed only by programs whose commands are other programs. */
const LATER = 'node:child_process';
/** A module of Node that CommonJS asks for: there is no `require` in a bundle of ES modules. */
export const builtInsOfCommonJs = {
  name: 'built-ins-of-commonjs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'require-call' ? { path, namespace: 'built-in' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => {
      const found = `process.getBuiltinModule(${JSON.stringify(path)})`;
      return {
        contents: `module.exports = ${path === LATER ? `new Proxy({}, { get: (_, name) => ${found}[name] })` : found};`,
      };
    });
  },
};

const NAMES = [...PROLOGUE.matchAll(/\bconst (__sd\w*) =/g)].map(([, name]) => name);
const SHARED = 'shootdown:prologue';
/** What instrumented files begin with stands once in a package, and not in each module. As long as it was: places in a line stay. */
export const sharedPrologue = {
  name: 'shared-prologue',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${SHARED}$`) }, () => ({ path: SHARED, namespace: SHARED }));
    onLoad({ filter: /.*/, namespace: SHARED }, () => ({ contents: `${PROLOGUE}\nexport { ${NAMES.join(', ')} };` }));
  },
};
export const withSharedPrologue = (code) =>
  code.replace(PROLOGUE, () => `import { ${NAMES.join(', ')} } from '${SHARED}'; `.padEnd(PROLOGUE.length));
