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

/** Packages stay outside, but for a few and what these import. Metadata is of the whole process: one copy for all. */
export const outside = {
  name: 'outside',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind, importer }) => {
      if (kind === 'entry-point' || path.startsWith('node:')) return undefined;
      const inside = path !== 'reflect-metadata' && (INSIDE.includes(path) || /[/\\]node_modules[/\\]/.test(importer));
      return inside ? undefined : { path, external: true };
    });
  },
};

/** `import.meta.url` is the place that the module had, not that of the bundle: worker threads, data, package.json are found from there. */
export const whereItWas = (dist) => ({
  name: 'where-it-was',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(join(dist, '/'))) return undefined;
      const code = readFileSync(path, 'utf8');
      if (!code.includes('import.meta.url')) return undefined;
      const from = relative(join(dist, 'bundle'), path).replaceAll('\\', '/').replace(/\.plain\.js$/, '.js');
      return { contents: code.replaceAll('import.meta.url', `new URL(${JSON.stringify(from)}, import.meta.url).href`), resolveDir: dirname(path) };
    });
  },
});

/** A module of Node that CommonJS asks for: there is no `require` in a bundle of ES modules. */
export const builtInsOfCommonJs = {
  name: 'built-ins-of-commonjs',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) => (kind === 'require-call' ? { path, namespace: 'built-in' } : undefined));
    onLoad({ filter: /.*/, namespace: 'built-in' }, ({ path }) => ({ contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});` }));
  },
};
