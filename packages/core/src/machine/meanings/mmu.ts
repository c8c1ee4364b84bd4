/** User accesses, hardware walks, and the removal of translations. */
import { cpusOf, type CpuId, type Va } from '../../words/address.ts';
import type { Cell, Ref } from '../../words/cells.ts';
import { F, isTable, isValid, showEntry, tableOf, withFlags, type Entry } from '../../words/entry.ts';
import { ghosts } from '../../words/ghosts.ts';
import { blockOf, levelAt, levelIndex, walkLevels, type Level } from '../../words/geometry.ts';
import { pageCells } from '../../words/objects.ts';
import type { Invalidation } from '../../words/cpu.ts';
import { CAREFUL, type InsufficientRights } from '../../words/spec.ts';
import { type Step, type Store, allOf, nonzero, someOf, waitsFor, zero } from '@shootdown/explorer';
import { AGAIN, FLAG_FAULT, HIT, RIGHTS_FAULT } from '../../words/mmu-results.ts';
import { hw } from '../hardware.ts';
import { ghostCells, tellAccess } from '../book.ts';
import { argAt, cellAt, ofCpu, reader, touches, type Meanings, type Parts } from '../parts.ts';
import { frameAt, invalidate, LEAF_LEVELS, usable, walkStart, withRights } from '../translation.ts';

export function mmuMeanings(p: Parts): Meanings {
  const { get, set } = reader(p);
  const ghostsKept = (refs: readonly Ref[]): Cell[] =>
    refs.filter((r) => p.layout.keeps(r.region)).map((r) => p.layout.cell(r));
  const page = (va: Va): number => blockOf(p.geometry, 'pte', va);

  /** The access itself, through a leaf: reaches the page's data. */
  const access = (store: Store, cpu: CpuId, level: Level, entry: Entry, step: Step): void => {
    const va = argAt(step, 0);
    const frame = frameAt(p, level, entry, va);
    const mm = get(store, hw.asid(cpu));
    const kind = argAt(step, 1) ? 'write' : 'read';
    if (kind === 'write') set(store, pageCells.data(frame), argAt(step, 2));
    if (p.followers.access.length === 0) return;
    // Looked up by whoever wants to know it: what nobody reads, nobody depends on.
    const token = (): number => (kind === 'write' ? argAt(step, 2) : get(store, pageCells.data(frame)));
    tellAccess(p, store, {
      cpu,
      mm: { id: mm },
      page: page(va),
      frame,
      kind,
      get token() {
        return token();
      },
    });
  };
  const remembered = (store: Store, cpu: CpuId, va: Va): boolean =>
    LEAF_LEVELS.some((level) =>
      usable(
        get(store, hw.tlb(cpu, get(store, hw.asid(cpu)), levelIndex(level), blockOf(p.geometry, level, va))),
        false,
      ),
    );
  const hits = (store: Store, step: Step): { level: Level; entry: Entry }[] => {
    const found: { level: Level; entry: Entry }[] = [];
    const asid = get(store, hw.asid(step.cpu));
    for (const level of LEAF_LEVELS) {
      const entry = get(store, hw.tlb(step.cpu, asid, levelIndex(level), blockOf(p.geometry, level, argAt(step, 0))));
      if (usable(entry, argAt(step, 1) === 1)) found.push({ level, entry });
    }
    return found;
  };
  const rule = p.spec.insufficientRights ?? CAREFUL;
  /** Does the CPU remember a translation that lacks a right this access needs, and what may it do about that? */
  const lacking = (store: Store, step: Step): InsufficientRights['does'] => {
    if (argAt(step, 1) !== 1 || rule.does === 'walks again') return 'walks again';
    const asid = get(store, hw.asid(step.cpu));
    const does = LEAF_LEVELS.map((level) =>
      withRights(
        p.spec,
        get(store, hw.tlb(step.cpu, asid, levelIndex(level), blockOf(p.geometry, level, argAt(step, 0)))),
      ),
    );
    return does.find((one) => one === 'faults') ?? does.find((one) => one === 'may fault') ?? 'walks again';
  };
  /** A page fault drops the translations of the address that caused it. */
  const forget = (store: Store, cpu: CpuId, va: Va): void =>
    invalidate(p, store, cpu, {
      asid: get(store, hw.asid(cpu)),
      start: va,
      end: va + 1,
      leaves: LEAF_LEVELS,
      walkCache: 'range',
    });
  /** Hardware that may fault need never do otherwise as long as it remembers the entry. */
  const keep = (store: Store, step: Step): void => {
    for (const level of LEAF_LEVELS) {
      const at = hw.tlb(
        step.cpu,
        get(store, hw.asid(step.cpu)),
        levelIndex(level),
        blockOf(p.geometry, level, argAt(step, 0)),
      );
      const entry = get(store, at);
      if (withRights(p.spec, entry) === 'may fault') set(store, at, withFlags(entry, F.FAULTED));
    }
  };
  const forgotten = (step: Step): Cell[] => (rule.faultForgets ? own(step) : []);
  const end = (store: Store, cpu: CpuId): void => {
    set(store, hw.inInsn(cpu), 0);
    set(store, ghosts.hardwareWalking(cpu), 0);
  };
  const addressOf = (step: Step): string => `page ${page(argAt(step, 0))}`;

  /** Cells an access on this CPU may touch: every frame's data and life, whatever the TLB holds. */
  const accessCells = (step: Step): { reads: Cell[]; writes: Cell[] } => {
    const frames = Array.from({ length: p.layout.sizes.page }, (_, f) => f);
    const va = argAt(step, 0);
    const mms = Array.from({ length: p.layout.sizes.mm }, (_, m) => m);
    const own = [hw.asid(step.cpu), hw.root(step.cpu), hw.inInsn(step.cpu)].map((r) => p.layout.cell(r));
    const tlb = mms.flatMap((m) =>
      LEAF_LEVELS.map((l) => p.layout.cell(hw.tlb(step.cpu, m, levelIndex(l), blockOf(p.geometry, l, va)))),
    );
    const walks = mms.flatMap((m) =>
      walkLevels(p.geometry)
        .filter((l) => l !== 'pte')
        .map((l) => p.layout.cell(hw.walkCache(step.cpu, m, levelIndex(l), blockOf(p.geometry, l, va)))),
    );
    const data = frames.map((f) => p.layout.cell(pageCells.data(f)));
    const ghost = [
      ...ghostsKept([ghosts.hardwareWalking(step.cpu)]),
      ...(p.followers.access.length > 0 ? ghostCells(p) : []),
    ];
    return {
      reads: [...own, ...tlb, ...walks, ...data, ...frames.map((f) => p.layout.cell(pageCells.life(f))), ...ghost],
      writes: [p.layout.cell(hw.inInsn(step.cpu)), ...tlb, ...data, ...ghost],
    };
  };
  const own = (step: Step): Cell[] => {
    const mms = Array.from({ length: p.layout.sizes.mm }, (_, m) => m);
    const all = Array.from({ length: p.layout.sizes.block }, (_, b) => b);
    return mms.flatMap((m) =>
      [hw.tlb, hw.walkCache].flatMap((region) =>
        Array.from({ length: p.layout.sizes.level }, (_, l) => l).flatMap((l) =>
          all.map((b) => p.layout.cell(region(step.cpu, m, l, b))),
        ),
      ),
    );
  };
  const broadcasts = (refs: (c: CpuId) => Ref): Cell[] => cpusOf(p.online).map((c) => p.layout.cell(refs(c)));
  const mayReceive = ofCpu((cpu) =>
    allOf(zero(p.layout.cell(hw.inInsn(cpu))), someOf(...broadcasts((from) => hw.broadcast(from, cpu)).map(nonzero))),
  );
  const isDone = ofCpu((cpu) => allOf(...broadcasts((to) => hw.broadcast(cpu, to)).map(zero)));
  const wanted = (step: Step): Invalidation => p.records.get(argAt(step, 0)) as Invalidation;
  const show = (what: Invalidation): string => {
    const range =
      what.end >= p.layout.sizes.block * 2 ** p.geometry.pageShift
        ? 'everything'
        : `pages ${page(what.start)}..${page(what.end - 1)}`;
    return `${range}${what.leaves.length === 1 ? ` (${what.leaves[0]} leaves)` : ''}${what.walkCache === 'none' ? '' : ' and walk caches'}`;
  };

  return {
    /** args: va, write?, token. HIT, RIGHTS_FAULT, or where the walk starts: 8 * table + level; 0 when there is no root. */
    'mmu.lookup': {
      choices: (step, store) => waysOf(hits(store, step).length, lacking(store, step)).length,
      apply(step, store, choice) {
        const found = hits(store, step);
        const way = waysOf(found.length, lacking(store, step))[choice] ?? 'walk';
        if (way === 'fault') {
          if (rule.faultForgets) forget(store, step.cpu, argAt(step, 0));
          else keep(store, step);
          return RIGHTS_FAULT;
        }
        const hit = way === 'walk' ? undefined : found[way];
        if (hit) {
          access(store, step.cpu, hit.level, hit.entry, step);
          return HIT;
        }
        set(store, hw.inInsn(step.cpu), 1);
        const start = walkStart(p, store, step.cpu, argAt(step, 0));
        if (!start) return 0;
        set(store, ghosts.hardwareWalking(step.cpu), start.table);
        return 8 * start.table + levelIndex(start.level);
      },
      footprint: (step) => {
        const c = accessCells(step);
        return touches(c.reads, [...c.writes, ...forgotten(step)]);
      },
      tell: (step, observed) =>
        `${argAt(step, 1) ? `store ${argAt(step, 2)} to` : 'load from'} ${addressOf(step)}: ${observed === HIT ? 'TLB hit' : observed === RIGHTS_FAULT ? 'not permitted by the TLB: page fault' : 'TLB miss'}`,
    },
    /** args: va. Where a walk ahead of need starts: 8 * table + level; HIT when there is nothing to do; 0 when no address space is loaded. */
    'mmu.prefetch': {
      apply(step, store) {
        if (get(store, hw.root(step.cpu)) === 0) return 0;
        if (remembered(store, step.cpu, argAt(step, 0))) return HIT;
        const start = walkStart(p, store, step.cpu, argAt(step, 0));
        if (!start) return 0;
        set(store, hw.inInsn(step.cpu), 1);
        set(store, ghosts.hardwareWalking(step.cpu), start.table);
        return 8 * start.table + levelIndex(start.level);
      },
      footprint: (step) => {
        const c = accessCells(step);
        return touches(c.reads, [
          p.layout.cell(hw.inInsn(step.cpu)),
          ...ghostsKept([ghosts.hardwareWalking(step.cpu)]),
        ]);
      },
      tell: (step, observed) =>
        `runs ahead to ${addressOf(step)}${observed === HIT ? ': TLB hit' : observed === 0 ? ': no address space is loaded' : ''}`,
    },
    /** args: va, level, entry. A walk ahead of need ends. Simplified: it sets no flag, so it remembers only what it could use as it is. */
    'mmu.fill': {
      apply(step, store) {
        const level = levelAt(argAt(step, 1));
        const entry = argAt(step, 2);
        if (usable(entry, false) && p.layout.has(pageCells.life(frameAt(p, level, entry, argAt(step, 0)))))
          set(
            store,
            hw.tlb(
              step.cpu,
              get(store, hw.asid(step.cpu)),
              levelIndex(level),
              blockOf(p.geometry, level, argAt(step, 0)),
            ),
            entry,
          );
        end(store, step.cpu);
        return 0;
      },
      footprint: (step) => {
        const c = accessCells(step);
        return touches(c.reads, c.writes);
      },
      tell: (step) =>
        usable(argAt(step, 2), false)
          ? `fills the TLB for ${addressOf(step)}`
          : `finds nothing to use at ${addressOf(step)}`,
    },
    /** cells: entry. args: va, level. The walker reads one entry, and remembers the way to a table. */
    'mmu.walk': {
      apply(step, store) {
        const entry = store.get(cellAt(step, 0));
        if (isTable(entry) && isValid(entry)) {
          const level = levelAt(argAt(step, 1));
          if (p.spec.walkCache)
            set(
              store,
              hw.walkCache(
                step.cpu,
                get(store, hw.asid(step.cpu)),
                levelIndex(level),
                blockOf(p.geometry, level, argAt(step, 0)),
              ),
              tableOf(entry),
            );
          set(store, ghosts.hardwareWalking(step.cpu), tableOf(entry));
        }
        return entry;
      },
      footprint: (step) =>
        touches(
          [cellAt(step, 0), p.layout.cell(hw.asid(step.cpu))],
          [...own(step), ...ghostsKept([ghosts.hardwareWalking(step.cpu)])],
        ),
      tell: (step, observed, names) => `hardware walk reads ${names.name(cellAt(step, 0))} -> ${showEntry(observed)}`,
    },
    /**
     * cells: entry, or none. args: va, write?, token, level, entry as read, flags to set. Sets accessed and dirty if the
     * entry is still what was read, fills the TLB, makes the access.
     */
    'mmu.finish': {
      choices: (step) => (maySkip(p, argAt(step, 5)) ? 2 : 1),
      apply(step, store, choice) {
        const flags = argAt(step, 5);
        let entry = argAt(step, 4);
        if (flags !== 0) {
          if (choice === 1) {
            end(store, step.cpu);
            return FLAG_FAULT;
          }
          const cell = cellAt(step, 0);
          if (store.get(cell) !== entry) return AGAIN;
          entry = withFlags(entry, flags);
          store.set(cell, entry);
        }
        const level = levelAt(argAt(step, 3));
        set(
          store,
          hw.tlb(
            step.cpu,
            get(store, hw.asid(step.cpu)),
            levelIndex(level),
            blockOf(p.geometry, level, argAt(step, 0)),
          ),
          entry,
        );
        access(store, step.cpu, level, entry, step);
        end(store, step.cpu);
        return HIT;
      },
      footprint: (step) => {
        const c = accessCells(step);
        return touches([...c.reads, ...step.cells], [...c.writes, ...step.cells]);
      },
      tell: (step, observed) =>
        observed === AGAIN
          ? 'the entry changed under the walk: walk again'
          : observed === FLAG_FAULT
            ? 'the hardware leaves the flag to software: fault'
            : `fills the TLB and ${argAt(step, 1) ? `stores ${argAt(step, 2)} to` : 'loads from'} ${addressOf(step)} in P${frameAt(p, levelAt(argAt(step, 3)), argAt(step, 4), argAt(step, 0))}`,
    },
    /** args: va. */
    'mmu.fault': {
      apply(step, store) {
        if (rule.faultForgets) forget(store, step.cpu, argAt(step, 0));
        end(store, step.cpu);
        return 0;
      },
      footprint: (step) =>
        touches(rule.faultForgets ? [p.layout.cell(hw.asid(step.cpu)), ...own(step)] : [], [
          p.layout.cell(hw.inInsn(step.cpu)),
          ...forgotten(step),
          ...ghostsKept([ghosts.hardwareWalking(step.cpu)]),
        ]),
      tell: (step) => `page fault at ${addressOf(step)}`,
    },
    /** args: table, asid. */
    'mmu.root': {
      apply(step, store) {
        set(store, hw.root(step.cpu), argAt(step, 0));
        set(store, hw.asid(step.cpu), argAt(step, 1));
        return 0;
      },
      footprint: (step) => touches([], [p.layout.cell(hw.root(step.cpu)), p.layout.cell(hw.asid(step.cpu))]),
      tell: (step) => (argAt(step, 0) ? `root register = T${argAt(step, 0)}` : 'root register = none'),
    },
    /** args: invalidation record. On this CPU, at once. */
    'tlb.local': {
      apply(step, store) {
        invalidate(p, store, step.cpu, wanted(step));
        return 0;
      },
      footprint: (step) => {
        const c = own(step);
        return touches(c, c);
      },
      tell: (step) => `drops its own translations of ${show(wanted(step))}`,
    },
    /** args: invalidation record, mask. The CPUs of the mask will do it; when, is open until `tlb.sync`. */
    'tlb.broadcast': {
      apply(step, store) {
        for (const to of cpusOf(argAt(step, 1))) {
          const id = get(store, hw.broadcast(step.cpu, to));
          set(
            store,
            hw.broadcast(step.cpu, to),
            p.records.idOf([...(id ? (p.records.get(id) as number[]) : []), argAt(step, 0)]),
          );
        }
        return 0;
      },
      footprint: (step) => {
        const c = cpusOf(argAt(step, 1)).map((to) => p.layout.cell(hw.broadcast(step.cpu, to)));
        return { ...touches(c, c), posts: c };
      },
      tell: (step) => `broadcasts: drop translations of ${show(wanted(step))}`,
    },
    /** A CPU does what another broadcast first; not within an instruction that may be using the translation. */
    'tlb.receive': {
      ...waitsFor(({ cpu }) => mayReceive(cpu)),
      choices: (step, store) =>
        Math.max(1, cpusOf(p.online).filter((from) => get(store, hw.broadcast(from, step.cpu)) !== 0).length),
      apply(step, store, choice) {
        const from = cpusOf(p.online).filter((c) => get(store, hw.broadcast(c, step.cpu)) !== 0)[choice] ?? 0;
        const [first, ...rest] = p.records.get(get(store, hw.broadcast(from, step.cpu))) as number[];
        invalidate(p, store, step.cpu, p.records.get(first!) as Invalidation);
        set(store, hw.broadcast(from, step.cpu), rest.length === 0 ? 0 : p.records.idOf(rest));
        return 0;
      },
      footprint: (step) => {
        const c = broadcasts((from) => hw.broadcast(from, step.cpu));
        return { ...touches([...c, ...own(step), p.layout.cell(hw.inInsn(step.cpu))], [...c, ...own(step)]), takes: c };
      },
      tell: () => 'does the broadcast invalidation',
    },
    'tlb.sync': {
      ...waitsFor(({ cpu }) => isDone(cpu)),
      apply: () => 0,
      footprint: (step) => touches(broadcasts((to) => hw.broadcast(step.cpu, to))),
      tell: (step) => `${step.why ?? 'sync'}: every CPU has done it`,
    },
  };
}

/** Ways a lookup may go: through one of the translations found (by number), to a page fault, or to memory. */
function waysOf(found: number, lacking: InsufficientRights['does']): readonly (number | 'fault' | 'walk')[] {
  const ways: (number | 'fault' | 'walk')[] = Array.from({ length: found }, (_, i) => i);
  if (found === 0 && lacking !== 'faults') ways.push('walk');
  if (lacking !== 'walks again') ways.push('fault');
  return ways;
}

/** Flags that the hardware must set to go on with an access through this entry. */
export const flagsNeeded = (entry: Entry, write: boolean): number => (F.ACCESSED | (write ? F.DIRTY : 0)) & ~entry;

/** Does the hardware never set one of these flags, so that software must? */
export const leftToSoftware = (p: Pick<Parts, 'spec'>, flags: number): boolean =>
  ((flags & F.ACCESSED) !== 0 && p.spec.hardwareAccessed === 'never') ||
  ((flags & F.DIRTY) !== 0 && p.spec.hardwareDirty === 'never');
const maySkip = (p: Pick<Parts, 'spec'>, flags: number): boolean =>
  ((flags & F.ACCESSED) !== 0 && p.spec.hardwareAccessed === 'may') ||
  ((flags & F.DIRTY) !== 0 && p.spec.hardwareDirty === 'may');
