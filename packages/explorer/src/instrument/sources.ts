/** Says where code stands in its sources: errors name what was built, or what was instrumented as it was loaded. */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** In one global place: source maps of modules that were instrumented as they were loaded, by their URL. They note them themselves. */
const MAPS = 'shootdown:maps';

/** A statement at the end of the instrumented module of a URL, which notes its map. */
export const notesMap = (url: string, map: object): string =>
  `(globalThis[Symbol.for(${JSON.stringify(MAPS)})] ??= new Map()).set(${JSON.stringify(url)}, ${JSON.stringify(JSON.stringify(map))});`;

/** A place in a file. Lines and columns are counted from 1. */
interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

const PLACE = /(file:\/\/[^\s()]+?|(?<=[\s(])\/[^\s():]+?):(\d+):(\d+)/g;

/** A stack trace with sources in the place of files that have a source map. */
export function withSources(stack: string): string {
  const maps: Maps = new Map();
  return stack.replace(PLACE, (whole, file: string, line: string, column: string) => {
    const found = sourceOf(file, { path: pathOf(file), line: Number(line), column: Number(column) }, maps);
    return found ? `${found.path}:${found.line}:${found.column}` : whole;
  });
}

/**
 * Where something was thrown, for a message: `mine.mjs:12`. Where that is in code that was built from other sources, also the place in code
 * as it is written from which that was called: `packages/core/src/words/cells.ts:3, called at mine.mjs:12`.
 * @returns nothing for what has no stack trace, or one without files
 */
export function whereThrown(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || thrown.stack === undefined) return undefined;
  const maps: Maps = new Map();
  const places = [...thrown.stack.matchAll(PLACE)].map(([, file = '', line, column]) => {
    const place = { path: pathOf(file), line: Number(line), column: Number(column) };
    return { ...(sourceOf(file, place, maps) ?? place), isBuilt: existsSync(`${place.path}.map`) };
  });
  const [first] = places;
  if (first === undefined) return undefined;
  const caller = first.isBuilt ? places.find(({ isBuilt }) => !isBuilt) : undefined;
  return caller ? `${told(first)}, called at ${told(caller)}` : told(first);
}

const told = ({ path, line }: Place): string => {
  const near = relative(process.cwd(), path);
  return `${near.startsWith('..') ? path : near}:${line}`;
};

const pathOf = (file: string): string => (file.startsWith('file:') ? fileURLToPath(file) : file);

interface Known {
  readonly folder: string;
  readonly map: SourceMap;
}
type Maps = Map<string, Known | undefined>;

/** What a place comes from: by the map that a module has noted, and by the one beside its file. */
function sourceOf(file: string, place: Place, maps: Maps): Place | undefined {
  const noted = (globalThis as { [key: symbol]: unknown })[Symbol.for(MAPS)] as Map<string, string> | undefined;
  const beside = `${place.path}.map`;
  if (!maps.has(file)) maps.set(file, mapOf(place.path, noted?.get(file)));
  if (!maps.has(beside))
    maps.set(beside, mapOf(place.path, existsSync(beside) ? readFileSync(beside, 'utf8') : undefined));
  const first = find(maps.get(file), place);
  return find(maps.get(beside), first ?? place) ?? first;
}

function find(known: Known | undefined, { line, column }: Place): Place | undefined {
  const entry = known?.map.findEntry(line - 1, column - 1);
  if (!known || !entry || !('originalSource' in entry)) return undefined;
  return {
    path: resolve(known.folder, entry.originalSource),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
}

const mapOf = (path: string, text: string | undefined): Known | undefined =>
  text === undefined ? undefined : { folder: dirname(path), map: new SourceMap(JSON.parse(text) as SourceMapPayload) };
