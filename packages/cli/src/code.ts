/** Which code gives a verdict: whatever keeps verdicts keeps this beside them, and uses none of other code. */
import { Mistake } from '@shootdown/core/mistakes';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { differencesOf, hashOfFolder, idOf, type Parts } from '../bin/identity.mjs';

export { differencesOf, type Parts } from '../bin/identity.mjs';

/** Some code: a word that tells it from any other, and what it is made of. */
export interface Code {
  readonly id: string;
  readonly parts: Parts;
}

/** Of a package that comes with the command line: what is run, and data. Not what it was made from, nor what is made for people. */
const isRun = (path: string): boolean =>
  !/^(node_modules|src|test|types)(\/|$)|^README\.md$|\.map$|\.d\.m?ts$|^dist\/(stamp|sites)\.json$/.test(path);

/** Packages that come with the command line, each one part, loaded or not; and Node. */
export interface Shipped {
  /** By name, with `/` at the end. */
  readonly folders: Readonly<Record<string, string>>;
  readonly parts: Parts;
}
export function shippedIn(folders: Readonly<Record<string, string>>): Shipped {
  const parts = Object.entries(folders).map(([name, folder]) => [name, hashOfFolder(folder, isRun)] as const);
  return {
    folders: Object.fromEntries(Object.entries(folders).map(([name, folder]) => [name, join(folder, '/')])),
    parts: { node: `${process.version} ${process.platform} ${process.arch}`, ...Object.fromEntries(parts) },
  };
}

/**
 * @param files what else was loaded, with its hashes. What lies in a `node_modules` is put together by package
 * @param home folder from which paths are told
 */
export function codeOf(shipped: Shipped, files: ReadonlyMap<string, string>, home: string): Code {
  const folders = Object.values(shipped.folders);
  const packages = new Map<string, Record<string, string>>();
  const parts: Record<string, string> = { ...shipped.parts };
  for (const [path, hash] of files) {
    if (folders.some((folder) => path.startsWith(folder) && isRun(path.slice(folder.length).replaceAll('\\', '/'))))
      continue;
    const [, folder, name] = /^(.*[/\\]node_modules[/\\]((?:@[^/\\]+[/\\])?[^/\\]+))[/\\]/.exec(path) ?? [];
    if (folder === undefined || name === undefined) parts[relative(home, path).replaceAll('\\', '/')] = hash;
    else {
      const key = `${name.replaceAll('\\', '/')} ${versionIn(folder)}`;
      packages.set(key, { ...packages.get(key), [relative(folder, path)]: hash });
    }
  }
  for (const [name, own] of packages) parts[name] = idOf(own);
  return { id: idOf(parts), parts };
}

/**
 * Code that judges has to be that which was noted first: a file may have been changed since, or be loaded only now.
 * @param now what this thread has loaded, which may be less
 * @throws Mistake SD_CODE_CHANGED
 */
export function mustBeOf(noted: Parts, now: Parts): void {
  const told = differencesOf(noted, now).filter((difference) => !difference.endsWith(' is gone'));
  if (told.length === 0) return;
  throw new Mistake(
    'SD_CODE_CHANGED',
    `other code judges than was loaded when this run began: ${told.join(', ')}.`,
    'Was a file changed meanwhile, or is it imported or read only when a search comes by? Run the command again; with --resume, load everything when the module is loaded.',
  );
}

function versionIn(folder: string): string {
  const path = join(folder, 'package.json');
  return existsSync(path)
    ? String((JSON.parse(readFileSync(path, 'utf8')) as { version?: string }).version)
    : 'of no version';
}

/** Folder of the package that a file belongs to. */
export function packageOf(path: string): string {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'package.json'))) return folder;
  return dirname(path);
}
