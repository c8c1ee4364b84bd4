/** The instrumented functions of a package, with the place of each site in the source it was made from. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sitesIn, type SiteOwner } from '@shootdown/explorer/instrument';

/** A generator function, in a source file. */
export interface CodeFunction extends SiteOwner {
  /** Path of the source; of the JavaScript where no source map tells. Lines are lines of this file. */
  readonly file: string;
  /** Whose it is: the kernel of core, the bodies that every architecture gets, or a package of architectures. */
  readonly part: 'kernel' | 'generic' | 'arch';
  /** Folder of that package, or of that part of core. */
  readonly home: string;
}

/** What the build of this workspace writes beside a bundle: its functions, by the source. Lines are lines of the source. */
type Written = readonly { readonly source: string; readonly functions: readonly SiteOwner[] }[];
const WRITTEN = 'sites.json';

/** Kernel operations, and the hook bodies the kernel gives to every architecture. None of sources that run without being built. */
export function kernelCode(): CodeFunction[] {
  const dist = fileURLToPath(new URL('../../', import.meta.url));
  const all = existsSync(join(dist, WRITTEN)) ? written(dist) : [];
  const below = (folder: string, part: CodeFunction['part']): CodeFunction[] =>
    all
      .filter(({ source }) => source.startsWith(`src/${folder}/`))
      .flatMap(({ file, functions }) => functions.map((one) => ({ ...one, file, part, home: join(dist, folder) })));
  // What `place` puts behind a hook is made on request, and belongs to no kernel.
  return [...below('kernel', 'kernel'), ...below('arch', 'generic').filter(({ file }) => !/\bplaced\.\w+$/.test(file))];
}

/**
 * Code of a package of architectures.
 * @param entry path of the file that is imported; everything beside and below it is looked at
 */
export function archCode(entry: string): CodeFunction[] {
  const home = dirname(entry);
  const found = existsSync(join(home, WRITTEN)) ? written(home) : filesBelow(home);
  return found.flatMap(({ file, functions }) =>
    functions.map((one) => ({ ...one, file, part: 'arch' as const, home })),
  );
}

interface Found {
  readonly file: string;
  readonly functions: readonly SiteOwner[];
}

const written = (dist: string): (Found & { readonly source: string })[] =>
  (JSON.parse(readFileSync(join(dist, WRITTEN), 'utf8')) as Written).map((one) => ({
    ...one,
    file: resolve(dist, '..', one.source),
  }));

/** Of files that somebody else has built, one for each source. */
const filesBelow = (folder: string): Found[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => /\.m?js$/.test(name) && !name.includes('node_modules'))
    .sort()
    .map((name) => functionsOf(join(folder, name)));

function functionsOf(path: string): Found {
  const code = readFileSync(path, 'utf8');
  const { file, lineOf } = sourceOf(path, code);
  return { file, functions: sitesIn(code, lineOf) };
}

function sourceOf(path: string, code: string): { readonly file: string; lineOf(line: number): number } {
  if (!existsSync(`${path}.map`)) return { file: path, lineOf: (line) => line };
  const payload = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload;
  const map = new SourceMap(payload);
  const lines = code.split('\n');
  return {
    file: resolve(dirname(path), payload.sources[0] ?? path),
    // The pass inserts behind the first character of a line at the earliest: there the map is right.
    lineOf(line) {
      const entry = map.findEntry(line - 1, lines[line - 1]!.search(/\S|$/));
      return 'originalLine' in entry ? entry.originalLine + 1 : line;
    },
  };
}
