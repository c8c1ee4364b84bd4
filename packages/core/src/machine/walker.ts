/** The hardware page-table walker: reads one entry a step, with interrupts and invalidations held off until the access is made. */
import { F, has, isLeaf, isTable, isValid, tableOf, type Table } from '../words/entry.ts';
import { indexOf, levelAt, levelIndex, walkLevels, type Geometry, type Level } from '../words/geometry.ts';
import { tableCells } from '../words/objects.ts';
import type { Access, AccessResult } from '../words/spec.ts';
import type { Op } from '@shootdown/explorer';
// @cycle a type only: a walk is made for a CPU, and a CPU walks
import type { SimCpu } from './cpu.ts';
import { AGAIN, FLAG_FAULT, HIT } from '../words/mmu-results.ts';
import { flagsNeeded, leftToSoftware } from './steps/mmu/flags.ts';

/** A walk that keeps finding another entry than the one it read gives up after this many turns. */
const TURNS = 4;

/**
 * Translates and makes the access, from the table that `start` names (as `mmu.lookup` observed it).
 * @returns `fault` when the tables do not allow the access, or software must set a flag
 */
export function* hardwareWalk(cpu: SimCpu, access: Access, start: number): Op<AccessResult> {
  const write = access.kind === 'write';
  for (let turn = 0; turn < TURNS; turn++) {
    const found = yield* findLeaf(cpu, access.va, start);
    if (!found || !permits(found.entry, write)) break;
    const flags = flagsNeeded(found.entry, write);
    if (leftToSoftware(cpu, flags)) break;
    const result = yield* cpu.finish(
      access,
      found.level,
      found.entry,
      flags,
      tableCells.entry(found.table, found.index),
    );
    if (result === FLAG_FAULT) return 'fault';
    if (result !== AGAIN) return 'done';
  }
  yield* cpu.access_fault(access);
  return 'fault';
}

/** A walk that no instruction asked for. It faults nowhere, and what it may not remember it forgets. */
export function* speculativeWalk(cpu: SimCpu, va: number): Op {
  const start = yield* cpu.prefetch(va);
  if (start <= HIT) return;
  const found = yield* findLeaf(cpu, va, start);
  yield* cpu.fill(va, found?.level ?? 'pte', found?.entry ?? 0);
}

const permits = (entry: number, write: boolean): boolean =>
  has(entry, F.PRESENT | F.USER) && (!write || has(entry, F.WRITE));

function* findLeaf(
  cpu: SimCpu,
  va: number,
  start: number,
): Op<{ level: Level; table: Table; index: number; entry: number } | undefined> {
  if (start === 0) return undefined;
  let table: Table = Math.floor(start / 8);
  for (let level: Level | undefined = levelAt(start % 8); level; level = nextWalked(cpu.geometry, level)) {
    const index = indexOf(cpu.geometry, level, va);
    const entry = yield* cpu.walkRead(tableCells.entry(table, index), va, level);
    if (!isValid(entry)) return undefined;
    if (isLeaf(entry)) return { level, table, index, entry };
    if (!isTable(entry)) return undefined;
    // Below the last level there are no tables: the hardware would take this one for a page.
    if (level === 'pte') yield* cpu.wrongLeaf(tableOf(entry));
    table = tableOf(entry);
  }
  return undefined;
}

/** The level a walk reads after `level`. */
const nextWalked = (g: Geometry, level: Level): Level | undefined =>
  walkLevels(g).find((l) => levelIndex(l) < levelIndex(level));
