/** Where a thing stands, for people: in Linux and in this repository. */
import type { Source } from '@shootdown/core';
import { code } from './markdown.ts';

const BROWSER = 'https://elixir.bootlin.com/linux';

/** `v6.1 mm/mmu_gather.c tlb_remove_table`, with a link to the file. */
export const inLinux = (source: Source | undefined): string =>
  source
    ? `[${code(source.file)}](${BROWSER}/${source.version}/source/${source.file}) ${code(source.symbol)} ${source.version}`
    : 'of the model only';

/** A place in this repository. */
export const here = (file: string, line: number): string => code(`${file}:${line}`);
