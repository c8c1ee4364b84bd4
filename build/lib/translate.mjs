/** What becomes of a TypeScript module: types stripped by swc, then generators instrumented; with a source map to its lines. */
import { transformSync } from '@swc/core';
import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hashOf } from '../../packages/cli/bin/identity.mjs';
import { instrumentWithMap, sourceMapOf } from './pass.mjs';
import { version as passVersion } from './pass-file.mjs';
import { root } from './packages.mjs';

/** Another word when modules become something else. */
export const version = hashOf(
  [
    passVersion,
    readFileSync(fileURLToPath(import.meta.url), 'utf8'),
    readFileSync(join(root, 'node_modules/@swc/core/package.json'), 'utf8'),
  ].join('\n'),
);

/** What a module is called in the labels of its steps: `core/kernel/zap`. */
const labelOf = (path) =>
  relative(join(root, 'packages'), path)
    .replaceAll('\\', '/')
    .replace(/^\.\.\//, '')
    .replace('/src/', '/')
    .replace(/\.ts$/, '');

/**
 * @param path of the file, absolute
 * @param text what is in it
 * @returns JavaScript and its source map; and of places in it, lines counted from 1 and columns from 0, the line of the source. What the
 * pass has put there has that of what follows it
 */
export function translate(path, text) {
  const { code, map } = transformSync(text, {
    filename: path,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
      keepClassNames: true,
    },
    module: { type: 'es6' },
    sourceMaps: true,
  });
  const done = instrumentWithMap(code, labelOf(path));
  if (!done) return { code, map: { ...JSON.parse(map), sources: [basename(path)] }, lineOf: (line) => line };
  const stripped = new SourceMap(JSON.parse(map));
  const segments = done.segments.flatMap(([line, column, fromLine, fromColumn]) => {
    const entry = stripped.findEntry(fromLine, fromColumn);
    return 'originalLine' in entry && entry.generatedLine === fromLine
      ? [[line, column, entry.originalLine, entry.originalColumn]]
      : [];
  });
  const lineOf = (line, column) => {
    const here = segments.filter((segment) => segment[0] === line - 1);
    const found = here.find((segment) => segment[1] >= column) ?? here.at(-1);
    return found ? found[2] + 1 : line;
  };
  return { code: done.code, map: sourceMapOf(segments, basename(path)), lineOf };
}

/** The module with its map at the end. */
export const withMap = ({ code, map }) =>
  `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}\n`;
