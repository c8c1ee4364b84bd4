/** What becomes of a file that a user has written: types stripped, generators instrumented, with the lines it had. */
import { transformSync, type TransformFailure } from 'esbuild';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { relative } from 'node:path';
import { isTypeScript } from './is-typescript.ts';
import { hiddenState, instrumentWithMap, sitesIn, type Segment, type SiteOwner } from '@shootdown/explorer/instrument';

/** A file as it is run. */
export interface UserCode {
  readonly code: string;
  /** Where words of the code come from; undefined where it is the text itself. */
  readonly segments: Segment[] | undefined;
  /** Its generators, with lines of the file. */
  readonly functions: readonly SiteOwner[];
  /** State outside of cells that it changes. */
  readonly hidden: { readonly name: string; readonly line: number } | undefined;
}

/** As somebody in this folder would name it. */
export function nameOfFile(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}

/** Places in a text that was stripped of its types, as places in the text that it was. */
type From = (line: number, column: number) => readonly [line: number, column: number] | undefined;

/**
 * @param path of the file
 * @param text what is in it
 * @throws SyntaxError that says file and line
 */
export function userCode(path: string, text: string): UserCode {
  const file = nameOfFile(path);
  const { code: plain, from } = isTypeScript(path) ? stripped(file, text) : { code: text, from: asItIs };
  const [hidden] = hiddenState(plain);
  const done = instrumentWithMap(plain, file, {
    watchCalls: true,
    lineOf: (line, column) => (from(line - 1, column)?.[0] ?? line - 1) + 1,
  });
  const segments = (done?.segments ?? everyLineOf(plain)).flatMap(([line, column, ...place]): Segment[] => {
    const found = from(...place);
    return found ? [[line, column, ...found]] : [];
  });
  const lineOf = (line: number, column: number): number => {
    const here = segments.filter((segment) => segment[0] === line - 1);
    const found = here.find((segment) => segment[1] >= column) ?? here.at(-1);
    return found ? found[2] + 1 : line;
  };
  return {
    code: done?.code ?? plain,
    segments: done || isTypeScript(path) ? segments : undefined,
    functions: done ? sitesIn(done.code, lineOf) : [],
    hidden: hidden && { name: hidden.name, line: (from(hidden.line - 1, 0)?.[0] ?? hidden.line - 1) + 1 },
  };
}

const asItIs: From = (line, column) => [line, column];
const everyLineOf = (text: string): Segment[] => text.split('\n').map((_, line) => [line, 0, line, 0]);

function stripped(file: string, text: string): { readonly code: string; readonly from: From } {
  try {
    const { code, map } = transformSync(text, {
      loader: 'ts',
      format: 'esm',
      target: 'node20.19',
      sourcefile: file,
      sourcemap: true,
      logLevel: 'silent',
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: true } },
    });
    const places = new SourceMap(JSON.parse(map) as SourceMapPayload);
    const from: From = (line, column) => {
      const entry = places.findEntry(line, column);
      return 'originalLine' in entry && entry.generatedLine === line
        ? [entry.originalLine, entry.originalColumn]
        : undefined;
    };
    return { code, from };
  } catch (error) {
    const [first] = (error as Partial<TransformFailure>).errors ?? [];
    if (!first) throw error;
    throw new SyntaxError(`${file}:${first.location?.line ?? 1}: ${first.text}`);
  }
}
