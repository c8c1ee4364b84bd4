/** Puts what was built in its place. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * At once: all files are written elsewhere first. Between the two renames there is no `dist`; then nothing runs, and the next build makes it.
 * @param files content by path in `dist`
 * @param aside a folder for that, on the same disk
 */
export function putInPlace({ dist, files, aside }) {
  rmSync(aside, { recursive: true, force: true });
  for (const [path, content] of Object.entries(files)) put(join(aside, 'next', path), content);
  if (existsSync(dist)) renameSync(dist, join(aside, 'last'));
  renameSync(join(aside, 'next'), dist);
  rmSync(aside, { recursive: true });
}

/** Writes a file, and the folders that it is in. */
export function put(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
