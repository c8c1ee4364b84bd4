/** Each CPU takes page frames and tables from a pool of its own: who comes first changes no numbers. */
import type { CpuId } from '../../../words/address.ts';
import type { Pfn, Table } from '../../../words/entry.ts';
import type { Parts } from '../../parts.ts';

/** First frame (table) of a CPU's pool; 0 is never given out, and frames of a pool are aligned to huge pages. */
export const firstFrame = (p: Parts, cpu: CpuId): Pfn => (cpu + 1) * p.pool.frames;
export const firstTable = (p: Parts, cpu: CpuId): Table => 1 + cpu * p.pool.tables;

/** What an allocation observes where the pool of its CPU is empty: memory is not used again within one exploration. */
export const NOTHING_LEFT = -1;

/** Life of a frame or table. */
export const LIFE = { allocated: 1, freed: 2, freedTwice: 3 } as const;

/** What becomes of a life that ends. */
export const ended = (life: number): number => (life === LIFE.freed ? LIFE.freedTwice : LIFE.freed);
