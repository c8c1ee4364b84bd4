/** What bundling does to imports and paths of the packages of this workspace. */
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** Packages from outside that every start needs: containers, the parser of the command line, colours. */
const INSIDE = ['inversify', 'tsyringe', 'commander', 'picocolors'];

/** A face that another module imports is the one that the compiler wrote. */
export const throughFaces = (plain) => ({
  name: 'through-faces',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const face = plain.get(resolve(resolveDir, path));
      return face && { path: face };
    });
  },
});

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

/**
 * Two things stay as they are in a module by itself. `import.meta.url` is the place of the module, not that of the bundle: worker threads,
 * data and package.json are found from there. And a decorated class, `let X = class X`, has the name X: of two names the bundler changes one.
 */
export const asWritten = (dist) => ({
  name: 'as-written',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(join(dist, '/'))) return undefined;
      const from = relative(join(dist, 'bundle'), path)
        .replaceAll('\\', '/')
        .replace(/\.plain\.js$/, '.js');
      const code = readFileSync(path, 'utf8');
      return {
        contents: code
          .replaceAll('import.meta.url', `new URL(${JSON.stringify(from)}, import.meta.url).href`)
          .replace(/^(let (\w+) = class) \2\b/gm, '$1'),
        resolveDir: dirname(path),
      };
    });
  },
});

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
