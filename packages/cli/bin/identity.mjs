/**
 * What code is: names of its parts, each with a hash of what is in it. Files that are rebuilt, touched or copied without a change are the
 * same code, and one that was changed and given its old time back is not. Plain JavaScript, for the build needs it before there is any.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 of some content, in hexadecimal. */
export const hashOf = (content) => createHash('sha256').update(content).digest('hex');

/** One short word for all parts, whatever their order. */
export const idOf = (parts) =>
  hashOf(JSON.stringify(Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1)))).slice(0, 16);

/**
 * One hash of all files below a folder: of their paths and what is in them.
 * @param wanted asked for each path from the folder, with `/` between names; a folder that is not wanted is not entered
 */
export function hashOfFolder(folder, wanted) {
  const parts = {};
  const enter = (below) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!wanted(path)) continue;
      if (entry.isDirectory()) enter(path);
      else if (entry.isFile()) parts[path] = hashOf(readFileSync(join(folder, path)));
    }
  };
  enter('');
  return idOf(parts);
}

/** What tells two codes apart, in words: `lib.mjs changed`. Nothing where they are the same. */
export function differencesOf(before, now) {
  const changed = Object.keys(now).filter((name) => name in before && before[name] !== now[name]);
  const added = Object.keys(now).filter((name) => !(name in before));
  const gone = Object.keys(before).filter((name) => !(name in now));
  return [
    ...changed.map((name) => `${name} changed`),
    ...added.map((name) => `${name} is new`),
    ...gone.map((name) => `${name} is gone`),
  ];
}

/**
 * Reads a file, and notes of it what is in it, and by what one sees without reading it that it was not touched since. That is looked up
 * first: a file that is changed while it is read differs from its note.
 */
export function readNoted(path) {
  const { size, mtimeMs, ctimeMs } = statSync(path);
  const content = readFileSync(path);
  return { content, note: { hash: hashOf(content), size, mtimeMs, ctimeMs } };
}

/** What is noted of a file. */
export const noteOf = (path) => readNoted(path).note;

/** Is in a file what was noted? It is read only where it was touched since. */
export function isAsNoted(path, note) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (found.size === note.size && found.mtimeMs === note.mtimeMs && found.ctimeMs === note.ctimeMs) return true;
  return hashOf(readFileSync(path)) === note.hash;
}
