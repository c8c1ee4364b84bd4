/** Total store order (x86): a FIFO store buffer in every CPU, with forwarding; atomic operations and barriers drain it. */
import { cpusOf } from '../../words/address.ts';
import { region } from '../../words/cells.ts';
import { type Meaning, type Step, type Store, allOf, nonzero, waitsFor, when, zero } from '@shootdown/explorer';
import { NOTES } from '../meanings/notes.ts';
import { argAt, cellAt, reader, touches } from '../parts.ts';
import type { MemoryModel } from './model.ts';

/** Stores one CPU holds back at most where a race asks for this order. */
export const DEPTH = 4;

/** The buffer of a CPU is a list record of cell, value, cell, value ... oldest first. */
const buffer = region('store buffer', ['cpu'], { shape: 'record' });

/** Kinds that read a cell and may be served by the CPU's own buffer. */
const LOADS = ['load', 'walk.lockless', 'walk.typed', 'mmu.walk'];
/** Plain stores; giving a spinlock back is one too. */
const STORES = ['store', 'spin_unlock'];
/**
 * Kinds that belong to no program order, or order nothing: they neither wait for a buffer nor use it. Interrupts are masked, and a read
 * side section of RCU begins, while stores are held back. Where they end, the buffer is empty first: real CPUs do that later, before
 * they acknowledge an interrupt or pass a quiescent state.
 */
const ELSEWHERE: readonly string[] = [
  'local_irq_save',
  'rcu_read_lock',
  'tlb.receive',
  'rcu.invoke',
  'tso.drain',
  'bound',
  'bug',
  'wild',
  'hook.enter',
  'hook.leave',
  'unbalanced',
  ...NOTES,
];

/** What the store buffers of a machine can do. */
export interface StoreBuffers {
  /** Stores one CPU may hold back: a store waits while the buffer is full. */
  readonly depth: number;
  /** Where a read-side section of RCU ends: once the buffer is empty, or, without anybody waiting, once the stores before its end have reached memory. */
  readonly readSectionsEnd: 'empty' | 'with the stores before';
}

/** In a buffer: here a read-side section ended, while stores before it were held back. */
const SECTION_END = -1;

/** Makes the model. */
export const totalStoreOrder = ({ depth, readSectionsEnd }: StoreBuffers): MemoryModel => ({
  id: 'tso',
  regions: [buffer],
  fences: true,
  meanings(p, sc) {
    const listOf = (id: number): readonly number[] => (id === 0 ? [] : (p.records.get(id) as number[]));
    const held = (store: Store, cpu: number): readonly number[] => listOf(reader(p).get(store, buffer(cpu)));
    const hold = (store: Store, cpu: number, list: readonly number[]): void =>
      reader(p).set(store, buffer(cpu), list.length === 0 ? 0 : p.records.idOf(list));
    const own = (step: Step) => p.layout.cell(buffer(step.cpu));
    const out: Record<string, Meaning> = {};
    for (const [kind, meaning] of Object.entries(sc)) {
      if (ELSEWHERE.includes(kind)) out[kind] = meaning;
      else if (LOADS.includes(kind)) {
        out[kind] = {
          ...meaning,
          apply(step, store, choice) {
            const list = held(store, step.cpu);
            if (list.length === 0) return meaning.apply(step, store, choice);
            return meaning.apply(step, overlay(store, list), choice);
          },
          footprint: (step) => {
            const f = meaning.footprint(step);
            return { ...f, reads: [...f.reads, own(step)] };
          },
        };
      } else if (STORES.includes(kind)) {
        out[kind] = {
          ...meaning,
          ...waitsFor((step) => when(own(step), (id) => listOf(id).length < 2 * depth)),
          apply(step, store) {
            hold(store, step.cpu, [
              ...held(store, step.cpu),
              cellAt(step, 0),
              step.kind === 'spin_unlock' ? 0 : argAt(step, 0),
            ]);
            return 0;
          },
          footprint: (step) => touches([own(step)], [own(step)]),
        };
      } else if (kind === 'rcu_read_unlock' && readSectionsEnd === 'with the stores before') {
        // No barrier: the CPU passes a quiescent state later, and not before its stores have reached memory.
        out[kind] = {
          ...meaning,
          apply(step, store, choice) {
            const list = held(store, step.cpu);
            if (list.length === 0) return meaning.apply(step, store, choice);
            hold(store, step.cpu, [...list, SECTION_END, 0]);
            return 0;
          },
          footprint: (step) => {
            const f = meaning.footprint(step);
            return { ...f, reads: [...f.reads, own(step)], writes: [...f.writes, own(step)] };
          },
        };
      } else {
        // Everything else acts on memory itself: it waits until the buffer is empty.
        out[kind] = {
          ...meaning,
          enabled: (step, store) => held(store, step.cpu).length === 0 && (meaning.enabled?.(step, store) ?? true),
          needs: (step) => allOf(zero(own(step)), ...(meaning.needs ? [meaning.needs(step)] : [])),
          footprint: (step) => {
            const f = meaning.footprint(step);
            return { ...f, reads: [...f.reads, own(step)] };
          },
        };
      }
    }
    out['tso.drain'] = {
      ...waitsFor((step) => nonzero(own(step))),
      apply(step, store) {
        const [cell = 0, value = 0, ...rest] = held(store, step.cpu);
        if (cell === SECTION_END) sc['rcu_read_unlock']!.apply(step, store, 0);
        else store.set(cell, value);
        hold(store, step.cpu, rest);
        return 0;
      },
      footprint: (step) =>
        touches([own(step)], [own(step), ...Array.from({ length: p.layout.cellCount }, (_, c) => c)]),
      tell: () => 'oldest held-back store reaches memory',
    };
    return out;
  },
  processes: (p, makeCpu) =>
    cpusOf(p.online).map((id) => {
      const cpu = makeCpu(id);
      return {
        name: `cpu${id} store buffer`,
        cpu: id,
        role: 'daemon',
        body: () => {
          cpu.restart();
          return cpu.raw('tso.drain');
        },
      };
    }),
});

export const tso: MemoryModel = totalStoreOrder({ depth: DEPTH, readSectionsEnd: 'empty' });

/** Memory as a CPU with held-back stores sees it. */
const overlay = (store: Store, list: readonly number[]): Store => ({
  get(cell) {
    for (let i = list.length - 2; i >= 0; i -= 2) if (list[i] === cell) return list[i + 1] ?? 0;
    return store.get(cell);
  },
  set: (cell, value) => store.set(cell, value),
});
