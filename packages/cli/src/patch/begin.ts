/** Begins a patch: finds what is to be replaced, and writes its folder. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArchSpec } from '@shootdown/core';
import { didYouMean, Mistake } from '@shootdown/core/mistakes';
import type { Created } from '@shootdown/report';
import type { Catalog } from '../catalog.ts';
import { packageOf } from '../code.ts';
import { manifest } from '../modules.ts';
import type { Core } from '../tokens.ts';
import { bodyOfFunction, bodyOfHook, type CodeHome, type PresentBody } from './present-body.ts';
import { patchFilesOf, type Touched } from './write-patch.ts';

/** What is asked for. */
export interface Wanted {
  readonly name: string;
  /** Functions, and hooks as `HOOK@ARCH`; a hook alone is the body that every architecture inherits. */
  readonly touch: readonly string[];
  /** Where its folder is made. */
  readonly dir: string;
}

/** @throws Mistake SD_BAD_OPTION; SD_BAD_PATCH where a name is that of no function of kernel code, or its source is not there */
export async function beginPatch({ name, touch, dir }: Wanted, core: Core, catalog: Catalog): Promise<Created> {
  const refuse = (what: string, hint: string): never => {
    throw new Mistake('SD_BAD_OPTION', what, hint);
  };
  if (!/^[a-z][a-z0-9_]*$/.test(name))
    refuse(
      `"${name}" cannot be the name of a patch.`,
      'Lower case letters, digits and underscores, such as collapse_syncs_late.',
    );
  if (touch.length === 0)
    refuse('a patch has to touch something.', 'Add --touch, such as --touch collapse_huge_page,flush_tlb_range@arm64.');
  const folder = join(resolve(dir), name);
  if (existsSync(folder)) refuse(`${shown(folder)} is there already.`, 'Choose another name, or remove it.');
  const archs = await catalog.archs();
  const homes = await homesOf(catalog);
  const touched = [...new Set(touch)].map((what) => touchedBy(what, { archs, homes, core }));

  const packages = Object.fromEntries(
    homes.map((home) => [home.name, relative(folder, home.folder).replaceAll('\\', '/')]),
  );
  const files = patchFilesOf({ name, touched, version: manifest().version, folder: shown(folder), packages });
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of files) writeFileSync(join(folder, path), text, { flag: 'wx' });
  const line = (files.get('patch.ts') ?? '').split('\n').findIndex((text) => text.includes('TODO')) + 1;
  return {
    name,
    wrote: [...files.keys()].map((path) => shown(join(folder, path))),
    changed: [],
    touches: touched.map(({ name: what, on, body }) => `${what}${on === undefined ? '' : ` on ${on}`} (${body.from})`),
    left: [],
    next: [`edit ${shown(join(folder, 'patch.ts'))}:${line}`, `npx shootdown patch ${shown(folder)}`],
  };
}

const shown = (path: string): string => {
  const near = relative(process.cwd(), path).replaceAll('\\', '/');
  return near.startsWith('..') ? path : `./${near}`;
};

/** Core first, then packages of architectures. */
async function homesOf(catalog: Catalog): Promise<CodeHome[]> {
  const core = packageOf(fileURLToPath(import.meta.resolve('@shootdown/core')));
  const packages = [core, ...(await catalog.archFiles()).map(packageOf)];
  return [...new Set(packages)].map((folder) => ({ name: nameOf(folder), folder }));
}

const nameOf = (folder: string): string =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly name: string }).name;

/** Where to look. */
interface Around {
  readonly archs: readonly ArchSpec[];
  readonly homes: readonly CodeHome[];
  readonly core: Core;
}

function touchedBy(what: string, around: Around): Touched {
  const { homes, core } = around;
  const [name = '', id] = what.split('@');
  if (core.allHooks.has(name)) return hookBy(name, id, around);
  const names = core.replaceableNames();
  const source = names.get(name);
  if (!source) {
    const near = didYouMean(name, [...names.keys(), ...core.allHooks.keys()]);
    throw new Mistake(
      'SD_BAD_PATCH',
      `there is no function ${name} of kernel code that can be replaced, and no hook.`,
      near ? `Did you mean ${near}?` : 'See: shootdown list functions.',
    );
  }
  return { name, body: present(bodyOfFunction(homes, name) ?? bodyOfFunction(homes, source.symbol), name) };
}

function hookBy(hook: string, id: string | undefined, { archs, homes, core }: Around): Touched {
  if (id === undefined) {
    const body = bodyOfHook(homes, 'Generic', hook);
    if (body) return { name: `Generic.${hook}`, body };
    throw new Mistake(
      'SD_BAD_PATCH',
      `every architecture has a body of its own for ${hook}.`,
      `Say which: ${hook}@${archs[0]?.id ?? 'arm64'}.`,
    );
  }
  const ids = archs.map((one) => one.id);
  const arch = archs[ids.indexOf(id)];
  if (!arch) {
    const near = didYouMean(id, ids);
    throw new Mistake(
      'SD_UNKNOWN_ARCH',
      `there is no architecture ${id}.`,
      near ? `Did you mean ${near}?` : 'See: shootdown list archs.',
    );
  }
  const layer = core.hooksOf(arch).find(({ hookName }) => hookName === hook)?.layer ?? 'Generic';
  const body = present(bodyOfHook(homes, layer, hook), `${layer}.${hook}`);
  // What is inherited stays for the others: this architecture gets a body of its own.
  return layer === 'Generic' ? { name: hook, on: id, body } : { name: `${layer}.${hook}`, body };
}

function present(body: PresentBody | undefined, name: string): PresentBody {
  if (body) return body;
  throw new Mistake(
    'SD_BAD_PATCH',
    `the source of ${name} is not there.`,
    'Write the body by hand: replaces takes any name that shootdown list functions has.',
  );
}
