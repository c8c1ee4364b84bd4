/**
 * No file imports itself by a detour, and inside a package with rooms no folder does. An import that has to run back says why, in a comment
 * before it: `// @cycle REASON`. Imports of types count: who reads a file reads them too.
 */
import { arrow, cyclesOf, folderOf, importsOf, packagesOf } from './imports.mjs';

/** Packages whose folders are rooms in an order. */
const WITH_ROOMS = ['core', 'explorer'];

/** Arrows between folders that run back and are known. The list only shrinks: one that closes no cycle any more is an error. */
export const KNOWN = ['explorer: learned -> symmetry'];

const graphOf = (imports, name) =>
  imports.reduce(
    (graph, it) => (name(it.from) === name(it.to) ? graph : arrow(graph, name(it.from), name(it.to))),
    new Map(),
  );

const where = (packageName, { from, line, to }) => `packages/${packageName}/src/${from}:${line} imports ${to}`;

/** Cycles that the imports between one group and the next close; each told with the imports that it is made of. */
function told(packageName, imports, name, what) {
  return cyclesOf(graphOf(imports, name)).map((group) => {
    const inside = imports.filter(
      (it) => name(it.from) !== name(it.to) && group.includes(name(it.from)) && group.includes(name(it.to)),
    );
    const shown = inside.slice(0, 12).map((it) => `    ${where(packageName, it)}`);
    if (inside.length > shown.length) shown.push(`    and ${inside.length - shown.length} more`);
    return [`${packageName}: a cycle of ${what}: ${group.join(', ')}`, ...shown].join('\n');
  });
}

function inPackage(root, packageName, known) {
  const inner = importsOf(root, packageName).filter(({ to }) => to.endsWith('.ts'));
  const file = (path) => path;
  const folders = inner.filter(({ from, to }) => folderOf(from) && folderOf(to));
  const rooms = WITH_ROOMS.includes(packageName);
  const within = (imports, name) => {
    const groups = cyclesOf(graphOf(imports, name));
    return (it) =>
      name(it.from) !== name(it.to) &&
      groups.some((group) => group.includes(name(it.from)) && group.includes(name(it.to)));
  };
  const [ofFiles, ofRooms] = [within(inner, file), within(rooms ? folders : [], folderOf)];
  const closes = (it) => ofFiles(it) || ofRooms(it);
  const problems = [];
  for (const it of inner.filter(({ reason }) => reason !== undefined)) {
    if (it.reason === '') problems.push(`${where(packageName, it)}: @cycle gives no reason`);
    if (!closes(it)) problems.push(`${where(packageName, it)}: it closes no cycle, @cycle may go`);
  }
  const forward = inner.filter(({ reason }) => !reason);
  problems.push(...told(packageName, forward, file, 'files'));
  if (!rooms) return problems;
  const named = (it) => `${packageName}: ${folderOf(it.from)} -> ${folderOf(it.to)}`;
  const between = folders.filter(({ reason }) => !reason);
  problems.push(
    ...told(
      packageName,
      between.filter((it) => !known.includes(named(it))),
      folderOf,
      'folders',
    ),
  );
  const needed = new Set(folders.filter(closes).map(named));
  for (const it of known)
    if (it.startsWith(`${packageName}:`) && !needed.has(it))
      problems.push(`"${it}" closes no cycle any more: it leaves the list of tools/structure/cycles.mjs`);
  return problems;
}

/** What is wrong, one text each; empty when nothing is. */
export const cycleProblems = (root, known = KNOWN) =>
  packagesOf(root).flatMap((packageName) => inPackage(root, packageName, known));
