/** Says of a stack trace where its lines stand in the sources. */
import { existsSync, readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLACE = /(file:\/\/[^\s()]+?\.m?js):(\d+):(\d+)/g;

/** The trace with sources in the place of built files that have a source map beside them. */
export function withSources(stack: string): string {
  const maps = new Map<string, { readonly folder: string; readonly map: SourceMap } | undefined>();
  return stack.replace(PLACE, (whole, url: string, line: string, column: string) => {
    if (!maps.has(url)) maps.set(url, mapOf(fileURLToPath(url)));
    const known = maps.get(url);
    const entry = known?.map.findEntry(Number(line) - 1, Number(column) - 1);
    if (!known || !entry || !('originalSource' in entry)) return whole;
    return `${resolve(known.folder, entry.originalSource)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  });
}

function mapOf(path: string): { readonly folder: string; readonly map: SourceMap } | undefined {
  if (!existsSync(`${path}.map`)) return undefined;
  return {
    folder: dirname(path),
    map: new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')) as SourceMapPayload),
  };
}
