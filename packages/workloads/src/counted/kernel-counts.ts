/** What real kernels did: see README.md beside the file. */
import { readFileSync } from 'node:fs';
import { readCounts, type CountRow } from '@shootdown/core';

const FILE = new URL('../../data/kernel-counts/kernel-6.1.json', import.meta.url);

/** Debian's Linux 6.1 kernels, booted in QEMU with 4 CPUs. Read when asked for: it is big. */
export const kernelCounts = (): readonly CountRow[] => readCounts(JSON.parse(readFileSync(FILE, 'utf8')), 'kernel-6.1.json');
