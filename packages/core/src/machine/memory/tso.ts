/** Total store order (x86): a FIFO store buffer in every CPU, with forwarding; atomic operations and barriers drain it. */
import { allOf, nonzero, waitsFor, when, zero, type Cell, type Store } from '@shootdown/explorer';
import { cpusOf, type CpuId } from '../../words/address.ts';
import { region } from '../../words/cells.ts';
import { stepKind, type OrderedMeaning } from '../../words/step-kind.ts';
import type { Parts } from '../parts.ts';
import { steps } from '../steps/index.ts';
import { idOfList, listAt } from '../steps/memory/lists.ts';
import type { MemoryModel } from './model.ts';

/** Stores one CPU holds back at most where a race asks for this order. */
export const DEPTH = 4;

/** The buffer of a CPU is a list record of cell, value, cell, value ... oldest first. */
const buffer = region('store buffer', ['cpu'], { shape: 'record' });

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
    const buffers = buffersOf(p);
    const out: Record<string, OrderedMeaning> = {};
    for (const [kind, meaning] of Object.entries(sc)) {
      if (meaning.order === 'apart') out[kind] = meaning;
      else if (meaning.order === 'load') out[kind] = forwarded(buffers, meaning);
      else if (meaning.order === 'store') out[kind] = heldBack(buffers, meaning, depth);
      else if (kind === steps.rcu_read_unlock.kind && readSectionsEnd === 'with the stores before')
        out[kind] = endsLater(buffers, meaning);
      else out[kind] = drained(buffers, meaning);
    }
    const { kind } = steps.rcu_read_unlock;
    out[drain.kind] = drain.meaning({
      buffers,
      endSection: (cpu, store) => void sc[kind]!.apply({ kind, cpu, cells: [], args: [] }, store, 0),
    });
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
          return cpu.special(drain, {});
        },
      };
    }),
});

export const tso: MemoryModel = totalStoreOrder({ depth: DEPTH, readSectionsEnd: 'empty' });

/** The store buffers of one machine. */
interface Buffers {
  at(cpu: CpuId): Cell;
  /** Oldest first: cell, value, cell, value ... */
  held(store: Store, cpu: CpuId): readonly number[];
  hold(store: Store, cpu: CpuId, list: readonly number[]): void;
  /** How many numbers stand for a buffer that a cell holds. */
  length(value: number): number;
}

function buffersOf(p: Parts): Buffers {
  const at = (cpu: CpuId): Cell => p.layout.cell(buffer(cpu));
  return {
    at,
    held: (store, cpu) => listAt(p, store.get(at(cpu))),
    hold: (store, cpu, list) => store.set(at(cpu), idOfList(p, list)),
    length: (value) => listAt(p, value).length,
  };
}

/** Loads: a CPU sees its own stores before anybody else does. */
const forwarded = ({ held }: Buffers, meaning: OrderedMeaning): OrderedMeaning => ({
  ...meaning,
  apply(step, store, choice) {
    const list = held(store, step.cpu);
    return meaning.apply(step, list.length === 0 ? store : overlay(store, list), choice);
  },
});

/** Stores: into the buffer, as long as there is room. */
const heldBack = ({ at, held, hold, length }: Buffers, meaning: OrderedMeaning, depth: number): OrderedMeaning => ({
  ...meaning,
  ...waitsFor(({ cpu }) => when(at(cpu), (value) => length(value) < 2 * depth)),
  apply(step, store) {
    const { at: cell, value } = meaning.stores!(step);
    hold(store, step.cpu, [...held(store, step.cpu), cell, value]);
    return 0;
  },
});

/** No barrier: the CPU passes a quiescent state later, and not before its stores have reached memory. */
const endsLater = ({ held, hold }: Buffers, meaning: OrderedMeaning): OrderedMeaning => ({
  ...meaning,
  apply(step, store, choice) {
    const list = held(store, step.cpu);
    if (list.length === 0) return meaning.apply(step, store, choice);
    hold(store, step.cpu, [...list, SECTION_END, 0]);
    return 0;
  },
});

/** Everything else acts on memory itself: it waits until the buffer is empty. */
const drained = ({ at, held }: Buffers, meaning: OrderedMeaning): OrderedMeaning => ({
  ...meaning,
  enabled: (step, store) => held(store, step.cpu).length === 0 && (meaning.enabled?.(step, store) ?? true),
  needs: (step) => allOf(zero(at(step.cpu)), ...(meaning.needs ? [meaning.needs(step)] : [])),
});

interface Drains {
  readonly buffers: Buffers;
  readonly endSection: (cpu: CpuId, store: Store) => void;
}

/**
 * The oldest store that the CPU has held back reaches memory, and everybody sees it.
 * Source: Intel SDM vol. 3A, 9.2.2; Owens, Sarkar, Sewell, "A Better x86 Memory Model: x86-TSO", TPHOLs 2009.
 */
export const drain = stepKind(
  'tso.drain',
  {},
  ({ buffers: { at, held, hold }, endSection }: Drains) => ({
    needs: ({ cpu }) => nonzero(at(cpu)),
    apply({ cpu }, store) {
      const [cell = 0, value = 0, ...rest] = held(store, cpu);
      if (cell === SECTION_END) endSection(cpu, store);
      else store.set(cell, value);
      hold(store, cpu, rest);
      return 0;
    },
    tell: () => 'oldest held-back store reaches memory',
  }),
  'apart',
);

/** Memory as a CPU with held-back stores sees it. */
const overlay = (store: Store, list: readonly number[]): Store => ({
  get(cell) {
    for (let i = list.length - 2; i >= 0; i -= 2) if (list[i] === cell) return list[i + 1] ?? 0;
    return store.get(cell);
  },
  set: (cell, value) => store.set(cell, value),
});
