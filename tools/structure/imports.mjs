/** Who imports whom: every import of every package's `src`, as TypeScript reads it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import ts from 'typescript';

/** What a comment before an import says about it: `// @cycle why it runs back`. */
const CYCLE = /@cycle\b[ \t]*([^\n*]*)/;

const slashed = (path) => path.split(sep).join('/');

function* sourcesBelow(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourcesBelow(path);
    else if (/\.ts$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield path;
  }
}

/** Names of the folders of `packages` that have a `src`. */
export function packagesOf(root) {
  return readdirSync(join(root, 'packages'))
    .filter((name) => readdirSync(join(root, 'packages', name)).includes('src'))
    .sort();
}

/** The sources of one package, parsed: `{ path, text, ast }`, the path below `src`. */
export function sourcesOf(root, packageName) {
  const src = join(root, 'packages', packageName, 'src');
  return [...sourcesBelow(src)].sort().map((file) => {
    const text = readFileSync(file, 'utf8');
    const path = slashed(relative(src, file));
    return { path, text, ast: ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true) };
  });
}

const specifierOf = (node) =>
  (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier
    ? node.moduleSpecifier.text
    : undefined;

function cycleReason(text, node) {
  const comments = ts.getLeadingCommentRanges(text, node.pos) ?? [];
  const found = comments.map(({ pos, end }) => CYCLE.exec(text.slice(pos, end))).find(Boolean);
  return found?.[1].trim();
}

/**
 * Imports and re-exports of one package.
 * @returns `{ from, to, line, reason }`, paths below `src`; `to` is the specifier itself where it names another package. `reason` is what
 *   `@cycle` says before the import, undefined where nothing stands
 */
export function importsOf(root, packageName) {
  return sourcesOf(root, packageName).flatMap(({ path, text, ast }) =>
    ast.statements.flatMap((node) => {
      const specifier = specifierOf(node);
      if (specifier === undefined) return [];
      const to = specifier.startsWith('.') ? posix.normalize(posix.join(posix.dirname(path), specifier)) : specifier;
      const line = ast.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      return [{ from: path, to, line, reason: cycleReason(text, node) }];
    }),
  );
}

/** The folder of a package that a file lies in: its first, for the rooms of a package are not nested. Undefined at the top. */
export const folderOf = (path) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined);

/** Adds an arrow to a graph: a map from a node to the set of those it points to. */
export function arrow(graph, from, to) {
  if (!graph.has(from)) graph.set(from, new Set());
  if (!graph.has(to)) graph.set(to, new Set());
  graph.get(from).add(to);
  return graph;
}

/** Sets of nodes that reach each other, of two nodes or more (Tarjan). */
export function cyclesOf(graph) {
  const found = [];
  const order = new Map();
  const low = new Map();
  const stack = [];
  const visit = (node) => {
    order.set(node, order.size);
    low.set(node, order.get(node));
    stack.push(node);
    for (const next of graph.get(node)) {
      if (!order.has(next)) visit(next);
      if (stack.includes(next)) low.set(node, Math.min(low.get(node), low.get(next)));
    }
    if (low.get(node) !== order.get(node)) return;
    const group = stack.splice(stack.indexOf(node));
    if (group.length > 1) found.push(group.sort());
  };
  for (const node of [...graph.keys()].sort()) if (!order.has(node)) visit(node);
  return found;
}
