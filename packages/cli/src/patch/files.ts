/** The files of a patch: what is loaded, and its functions with the places of their steps. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Mistake } from '@shootdown/core/mistakes';
import type { SiteOwner } from '@shootdown/explorer/instrument';
import { nameOfFile, userCode } from '../user-code.ts';

/** Where a patch lies. */
export interface PatchFiles {
  /** The file that is loaded, absolute. */
  readonly entry: string;
  /** Code of the patch, the entry among it; tests are not. */
  readonly all: readonly string[];
}

const ENTRIES = ['patch.ts', 'patch.mjs', 'patch.js'];

/**
 * @param path a folder with patch.ts, or a file
 * @throws Mistake SD_BAD_PATCH where there is none
 */
export function patchFiles(path: string): PatchFiles {
  const at = resolve(path);
  if (!existsSync(at))
    throw new Mistake(
      'SD_BAD_PATCH',
      `there is no ${path}.`,
      `Begin one: shootdown new patch ${path.replace(/^\.\//, '')} --touch collapse_huge_page.`,
    );
  if (!statSync(at).isDirectory())
    return { entry: at, all: codeBelow(dirname(at)).filter((one) => one === at || isBeside(one, at)) };
  const entry = ENTRIES.map((name) => join(at, name)).find((one) => existsSync(one));
  if (entry === undefined)
    throw new Mistake(
      'SD_BAD_PATCH',
      `${path} has no ${ENTRIES[0]}.`,
      'Name the file whose default export is patch({ ... }).',
    );
  return { entry, all: codeBelow(at) };
}

/** A file may be named alone, in a folder of much else: then what it imports from there is its own. */
const isBeside = (one: string, entry: string): boolean =>
  readFileSync(entry, 'utf8').includes(`./${one.slice(dirname(entry).length + 1).replace(/\.\w+$/, '')}`);

const codeBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|mjs|js)$/.test(name) && !/\.d\.ts$|\.test\.\w+$|(^|[/\\])node_modules[/\\]/.test(name))
    .map((name) => join(folder, name))
    .sort();

/** A function of a patch. */
export interface PatchFunction extends SiteOwner {
  readonly file: string;
}

/** Generators of the files, as loading them instruments them. */
export const functionsOf = (files: readonly string[]): PatchFunction[] =>
  files.flatMap((path) =>
    userCode(path, readFileSync(path, 'utf8')).functions.map((one) => ({ ...one, file: nameOfFile(path) })),
  );

/** Tells labels of sites of these files from all others. */
export function isLabelOf(files: readonly string[]): (label: string) => boolean {
  const names = files.map((path) => `${nameOfFile(path)} `);
  return (label) => names.some((name) => label.startsWith(name));
}
