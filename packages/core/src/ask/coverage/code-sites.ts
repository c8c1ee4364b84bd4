/** The instrumented files of a package, with the place of each site in the source it was compiled from. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sitesIn, type Site, type SiteOwner } from '@shootdown/explorer/instrument';

/** A generator function, in a source file. */
export interface CodeFunction extends SiteOwner {
  /** Path of the source; of the JavaScript where no source map tells. Lines are lines of this file. */
  readonly file: string;
  /** Whose it is: the kernel of core, the bodies that every architecture gets, or a package of architectures. */
  readonly part: 'kernel' | 'generic' | 'arch';
  /** Folder of that package, or of that part of core. */
  readonly home: string;
}

/** Kernel operations, and the hook bodies the kernel gives to every architecture. */
export function kernelCode(): CodeFunction[] {
  // This file runs from `dist/ask/coverage`, and from `dist/bundle`.
  const dist = ['../', '../../'].map((up) => fileURLToPath(new URL(up, import.meta.url)));
  const home = dist.find((one) => existsSync(join(one, 'kernel'))) ?? dist[1]!;
  const folder = (name: string): string => join(home, name, '/');
  // What `place` puts behind a hook is made on request, and belongs to no kernel.
  return [
    ...codeIn(folder('kernel'), 'kernel'),
    ...codeIn(folder('arch'), 'generic').filter(({ file }) => !/\bplaced\.\w+$/.test(file)),
  ];
}

/**
 * Code of a package of architectures.
 * @param entry path of the file that is imported; everything beside and below it is looked at
 */
export const archCode = (entry: string): CodeFunction[] => codeIn(dirname(entry), 'arch');

const codeIn = (folder: string, part: CodeFunction['part']): CodeFunction[] =>
  (readdirSync(folder, { recursive: true }) as string[])
    // A bundle is the same code once more.
    .filter((name) => /\.m?js$/.test(name) && !/node_modules|^bundle[/\\]/.test(name))
    .sort()
    .flatMap((name) => functionsOf(join(folder, name)).map((one) => ({ ...one, part, home: folder })));

function functionsOf(path: string): Omit<CodeFunction, 'part' | 'home'>[] {
  const code = readFileSync(path, 'utf8');
  const owners = sitesIn(code);
  if (owners.length === 0) return [];
  const source = sourceOf(path, code);
  return owners.map((owner) => ({
    ...owner,
    file: source.file,
    sites: owner.sites.map((site): Site => ({ ...site, line: source.lineOf(site.line) })),
  }));
}

function sourceOf(path: string, code: string): { readonly file: string; lineOf(line: number): number } {
  // `index.plain.js` is the `index.js` of the compiler, whose place the bundle has taken.
  const beside = `${path.replace(/\.plain\.js$/, '.js')}.map`;
  if (!existsSync(beside)) return { file: path, lineOf: (line) => line };
  const payload = JSON.parse(readFileSync(beside, 'utf8')) as SourceMapPayload;
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
