/** A result as one page that can be sent: what stands in it, and where it is written. */
import { Mistake } from '@shootdown/core/mistakes';
import type { Measured } from '@shootdown/core';
import type { Report } from '@shootdown/report';
import { page, type Book, type Counted } from '@shootdown/viewer';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { manifest } from './modules.ts';

/** A page that was written. */
export interface WrittenFile {
  readonly file: string;
  readonly bytes: number;
}

/**
 * The book of a result.
 * @param command as it can be typed again
 * @throws Mistake SD_BAD_OPTION where there is nothing in it to draw
 */
export function bookOf(report: Report, command: string): Book {
  const book = { command, version: manifest().version };
  switch (report.kind) {
    case 'comparison':
      return {
        ...book,
        title: 'Races by architectures',
        comparison: report.comparison,
        ...(report.leftOut && { leftOut: report.leftOut }),
      };
    case 'verdicts':
      return {
        ...book,
        title: [...new Set(report.verdicts.map(({ workload }) => workload))].join(', '),
        verdicts: report.verdicts,
        ...(report.partings && { partings: report.partings }),
      };
    case 'replay': {
      const { token, workload, variant, configuration, arch, geometry, trace } = report.replay;
      return {
        ...book,
        title: `Replay of ${workload}`,
        replay: { token, workload, variant, configuration, arch, geometry, trace },
      };
    }
    case 'claims':
      return { ...book, title: 'What hooks promise', frequencies: report.frequencies };
    case 'measurements':
      return { ...book, title: 'What operations cost', measured: report.measured.map(countsOf) };
    case 'hook':
      return { ...book, title: report.page.hook, contracts: [report.page] };
    case 'ablation':
      return {
        ...book,
        title: `What is needed: ${[...new Set(report.ablated.map(({ workload }) => workload))].join(', ')}`,
        ablated: report.ablated,
      };
    case 'counts':
    case 'completion':
    case 'coverage':
    case 'created':
    case 'export':
    case 'list':
    case 'litmus':
    case 'bisected':
    case 'patched':
    case 'page':
    case 'placement':
    case 'weighed':
    case 'why':
      throw new Mistake('SD_BAD_OPTION', 'this result cannot be drawn.', 'Leave --html out.');
  }
}

/** The counts of a measurement, without the calls that they come from: those are most of it. */
export const countsOf = ({ operation, arch, mode, columns, notModelled }: Measured): Counted => ({
  operation,
  arch,
  mode,
  columns,
  ...(notModelled !== undefined && { notModelled }),
});

/** @throws Mistake SD_OUTPUT_NOT_WRITTEN */
export async function writePage(book: Book, file: string): Promise<WrittenFile> {
  const path = resolve(file);
  const text = page(book);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  } catch (error) {
    throw notWritten(file, error);
  }
  return { file: path, bytes: Buffer.byteLength(text) };
}

export const notWritten = (file: string, error: unknown): Mistake =>
  new Mistake(
    'SD_OUTPUT_NOT_WRITTEN',
    `${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
    'Is it a folder, or in one that you may not write to?',
  );

/** Options that name the page itself. */
const OWN = new Set(['--html', '--out']);

/** What was typed, as it can be pasted into a shell. Of the page itself the name only: whoever it is sent to has other folders. */
export const commandOf = (argv: readonly string[]): string =>
  ['npx', 'shootdown', ...argv.map((word, i) => quoted(OWN.has(argv[i - 1] ?? '') ? basename(word) : word))].join(' ');
const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
