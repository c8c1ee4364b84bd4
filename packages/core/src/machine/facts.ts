/** Facts over a store: what claims may ask. */
import { cpuBit, cpusOf, type CpuId, type CpuMask, type Va } from '../words/address.ts';
import type { Cell, Ref } from '../words/cells.ts';
import type { Entry, Pfn, Table } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import { ghosts } from '../words/ghosts.ts';
import { blockOf, LEVELS, levelIndex, walkLevels, type Geometry, type Level } from '../words/geometry.ts';
import { entryRef, mmCells, tableCells, type Mm, type Slot } from '../words/objects.ts';
import { CAREFUL } from '../words/spec.ts';
import type { Store } from '@shootdown/explorer';
import { hw } from './hardware.ts';
import type { Parts } from './parts.ts';
import { blocks, frameAt, leafCell, leafInMemory, LEAF_LEVELS, usable, withRights } from './translation.ts';

export class StoreFacts implements Facts {
  readonly geometry: Geometry;
  readonly online: CpuMask;
  constructor(
    private readonly parts: Parts,
    private readonly store: Store,
  ) {
    this.geometry = parts.geometry;
    this.online = parts.online;
  }

  get twoSizes(): 'while removing' | 'never' {
    return this.parts.spec.twoSizes ?? 'while removing';
  }
  get frames(): number {
    return this.parts.layout.sizes.page;
  }
  get tables(): number {
    return this.parts.layout.sizes.table;
  }
  // Where a pointer leads nowhere there is nothing: whoever uses it breaks a claim of its own.
  value(at: Ref): number {
    return this.parts.layout.has(at) ? this.store.get(this.parts.layout.cell(at)) : 0;
  }
  entry(slot: Slot): Entry {
    return this.value(entryRef(slot));
  }
  get cpus(): CpuId[] {
    return cpusOf(this.online);
  }
  loaded(cpu: CpuId): Mm | undefined {
    return this.value(hw.root(cpu)) === 0 ? undefined : { id: this.value(hw.asid(cpu)) };
  }
  onOldRoot(mm: Mm): CpuMask {
    const root = this.value(mmCells.pgd(mm.id));
    return this.#cpus((cpu) => this.loaded(cpu)?.id === mm.id && this.value(hw.root(cpu)) !== root);
  }
  cellOf(at: Ref): Cell {
    return this.parts.layout.cell(at);
  }
  refOf(cell: Cell): Ref {
    return this.parts.layout.refOf(cell);
  }

  tlbHolders(mm: Mm, start: Va, end: Va, levels: readonly Level[] = LEAF_LEVELS): CpuMask {
    return this.#cpus(
      (cpu) => this.#uses(cpu, mm) && levels.some((level) => this.#some(hw.tlb, cpu, mm, level, start, end)),
    );
  }
  walkCacheHolders(mm: Mm, start: Va, end: Va): CpuMask {
    const [, ...lower] = walkLevels(this.geometry).toReversed();
    // The entry that leads to the lowest tables of the range: upper ones are shared with its neighbours.
    const level = lower[0];
    return level
      ? this.#cpus((cpu) => this.#loaded(cpu, mm) && this.#some(hw.walkCache, cpu, mm, level, start, end))
      : 0;
  }
  walkersOf(table: Table): CpuMask {
    return this.#cpus((cpu) => LEVELS.some((_, l) => this.value(ghosts.walking(cpu, l)) === table));
  }
  hardwareWalkersOf(table: Table): CpuMask {
    return this.#cpus((cpu) => this.value(ghosts.hardwareWalking(cpu)) === table);
  }
  mappedFrame(mm: Mm, va: Va): Pfn | undefined {
    const leaf = leafInMemory(this.parts, this.store, this.value(mmCells.pgd(mm.id)), va);
    return leaf && frameAt(this.parts, leaf.level, leaf.entry, va);
  }
  mappedLeaf(mm: Mm, va: Va): Entry | undefined {
    return leafInMemory(this.parts, this.store, this.value(mmCells.pgd(mm.id)), va)?.entry;
  }
  list(at: Ref): readonly number[] | undefined {
    const id = this.value(at);
    return id === 0 ? undefined : (this.parts.records.get(id) as readonly number[]);
  }
  entryCell(mm: Mm, va: Va): Cell {
    return leafCell(this.parts, this.store, this.value(mmCells.pgd(mm.id)), va);
  }
  remembered(cpu: CpuId, va: Va): { level: Level; entry: Entry }[] {
    const asid = this.value(hw.asid(cpu));
    return LEAF_LEVELS.map((level) => ({
      level,
      entry: this.value(hw.tlb(cpu, asid, levelIndex(level), blockOf(this.geometry, level, va))),
    })).filter(({ entry }) => usable(entry, false));
  }
  tablesKept(): Set<Table> {
    const kept = new Set<Table>();
    for (const { region, base, end } of this.parts.layout.placed) {
      // What a CPU remembers keeps nothing alive.
      if (region.dims[0] === 'cpu' || region.ghost) continue;
      if (region !== tableCells.pmd_huge_pte && region.shape !== 'table') continue;
      for (let cell = base; cell < end; cell++) {
        const value = this.store.get(cell);
        if (value !== 0)
          for (const table of region.shape === 'table' ? [value] : (this.parts.records.get(value) as readonly Table[]))
            kept.add(table);
      }
    }
    return kept;
  }
  keepsFaulting(cpu: CpuId, mm: Mm, va: Va): boolean {
    const now = this.mappedLeaf(mm, va);
    if (now === undefined || !usable(now, true) || (this.parts.spec.insufficientRights ?? CAREFUL).faultForgets)
      return false;
    return LEAF_LEVELS.some(
      (level) =>
        withRights(
          this.parts.spec,
          this.value(hw.tlb(cpu, mm.id, levelIndex(level), blockOf(this.geometry, level, va))),
        ) !== 'walks again',
    );
  }
  interruptsOff(cpu: CpuId): boolean {
    return this.value(hw.irqOff(cpu)) !== 0 || this.value(hw.inIrq(cpu)) !== 0;
  }
  interruptedBy(cpu: CpuId): CpuMask {
    return this.value(ghosts.interrupted(cpu, this.value(ghosts.inside(cpu))));
  }

  #loaded(cpu: CpuId, mm: Mm): boolean {
    const { owesFlush } = this.parts.spec;
    if (owesFlush && (this.value(owesFlush.at(cpu)) & owesFlush.bits) !== 0) return false;
    return this.value(hw.root(cpu)) !== 0 && this.value(hw.asid(cpu)) === mm.id;
  }
  #uses(cpu: CpuId, mm: Mm): boolean {
    const { lazy } = this.parts.spec;
    return this.#loaded(cpu, mm) && !(lazy && this.value(lazy(cpu)) !== 0);
  }
  #cpus(test: (cpu: CpuId) => boolean): CpuMask {
    return cpusOf(this.online).reduce((mask, cpu) => (test(cpu) ? mask | cpuBit(cpu) : mask), 0);
  }
  #some(region: typeof hw.tlb, cpu: CpuId, mm: Mm, level: Level, start: Va, end: Va): boolean {
    const [first, last] = blocks(this.parts, level, start, end);
    for (let block = first; block < last; block++)
      if (this.value(region(cpu, mm.id, levelIndex(level), block)) !== 0) return true;
    return false;
  }
}
