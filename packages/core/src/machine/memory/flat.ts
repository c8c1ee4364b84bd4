/**
 * What a CPU knows of memory whose stores all CPUs see in one order: what it may read, what its stores come behind, what a barrier does to
 * that. Pure functions; who calls them searches. Positions are those of stores in that order, 0 is the first value of a cell.
 * Source: Pulte, Pichon-Pharabod, Kang, Lee, Hur, "Promising-ARM/RISC-V", PLDI 2019.
 */
import type { Earlier, FenceOrder, FlatOrder, Keeps, Later } from '../../words/order.ts';

/**
 * What something was made of: no store behind these positions. `seen` binds loads and stores; `chosen` stores alone: a value that only
 * decided which of two others was taken.
 */
export interface View {
  readonly seen: number;
  readonly chosen: number;
}
export const NOTHING: View = { seen: 0, chosen: 0 };
export const join = (a: View, b: View): View =>
  a === NOTHING ? b : b === NOTHING ? a : { seen: Math.max(a.seen, b.seen), chosen: Math.max(a.chosen, b.chosen) };
/** Of one of several values: what it was made of, and, for stores, what chose it. */
export const picked = (value: View, by: View): View => ({
  seen: value.seen,
  chosen: Math.max(value.chosen, by.seen, by.chosen),
});
const at = (position: number): View => ({ seen: position, chosen: position });
const newest = ({ seen, chosen }: View): number => Math.max(seen, chosen);

/** What a CPU knows of one cell. */
interface OfCell {
  /** No read and no store of it comes before this position. */
  readonly coherence: number;
  readonly last: View;
  /** Its own last store. */
  readonly own?: { readonly position: number; readonly address: View; readonly data: View; readonly atomic?: View };
}
const UNTOUCHED: OfCell = { coherence: 0, last: NOTHING };

/** What a CPU knows. */
export interface Known {
  /** What all its reads have seen, and those of them that are loads to a barrier. */
  readonly reads: View;
  readonly loads: View;
  readonly stores: View;
  readonly addresses: View;
  /** Its last store-release. */
  readonly released: View;
  /** What its next loads, and stores, come behind. */
  readonly beforeLoads: View;
  readonly beforeStores: View;
  readonly cells: readonly OfCell[];
}
export const KNOWS_NOTHING: Known = {
  reads: NOTHING,
  loads: NOTHING,
  stores: NOTHING,
  addresses: NOTHING,
  released: NOTHING,
  beforeLoads: NOTHING,
  beforeStores: NOTHING,
  cells: [],
};

/** How an access is marked. `weak acquire`: it may overtake an own store-release. */
export interface Marks {
  readonly acquire?: 'acquire' | 'weak acquire';
  readonly release?: boolean;
  /** The read of an atomic operation that gives nothing back. */
  readonly unreturned?: boolean;
}

const ofCell = ({ cells }: Known, cell: number): OfCell => cells[cell] ?? UNTOUCHED;
const withCell = (cells: readonly OfCell[], cell: number, one: OfCell): OfCell[] => {
  const out = cells.slice();
  while (out.length < cell) out.push(UNTOUCHED);
  out[cell] = one;
  return out;
};
/** The next accesses of these kinds come behind a view. */
const behind = (known: Known, kinds: readonly Later[], view: View): Known => ({
  ...known,
  ...(kinds.includes('load') && { beforeLoads: join(known.beforeLoads, view) }),
  ...(kinds.includes('store') && { beforeStores: join(known.beforeStores, view) }),
});
const before = (known: Known, kinds: readonly Earlier[]): View => {
  const reads = kinds.includes('read') ? known.reads : NOTHING;
  return join(
    join(reads, kinds.includes('load') ? known.loads : NOTHING),
    kinds.includes('store') ? known.stores : NOTHING,
  );
};

/** What a CPU knows when it has done what keeps accesses in order. */
export const kept = (known: Known, rows: readonly Keeps[]): Known =>
  rows.reduce((now, row) => behind(now, row.after, before(now, row.before)), known);

/**
 * A barrier.
 * @param control what decided the branches before it
 */
export function fenced(order: FlatOrder, known: Known, fence: FenceOrder, control: View): Known {
  const after = kept(known, fence.keeps);
  if (!fence.context) return after;
  const decided = order.addressesAreContext ? join(known.addresses, control) : control;
  // Stores come behind what decided a branch, or an address before them, without a barrier.
  return behind(after, ['load'], at(newest(decided)));
}

/** The address of an access is known: what stands behind it may wait for that. */
export const addressed = (known: Known, address: View): Known => ({
  ...known,
  addresses: join(known.addresses, address),
});

/** What a read is bound to before it sees anything, and the position that it reads no older store of its cell than at. */
export interface ReadBound {
  readonly view: View;
  readonly floor: number;
}
export function readBound(order: FlatOrder, known: Known, cell: number, address: View, { acquire }: Marks): ReadBound {
  const { own, coherence } = ofCell(known, cell);
  let view = known.beforeLoads;
  if (order.dependencies.address.includes('load')) view = join(view, address);
  if (acquire === 'acquire' && order.releaseThenAcquire) view = join(view, known.released);
  if (own && order.forwardedDependencies)
    view = join(view, { seen: Math.max(own.address.seen, own.data.seen), chosen: own.data.chosen });
  if (own?.atomic && acquire && order.forwardedExclusive) view = join(view, own.atomic);
  return { view, floor: Math.max(view.seen, coherence) };
}

/** What a read leaves behind. */
export interface ReadDone {
  readonly known: Known;
  /** What it has seen. */
  readonly view: View;
  /** What its value is made of. */
  readonly value: View;
}
/**
 * @param position of the store that is read
 * @param bound of `readBound`
 */
export function read(
  order: FlatOrder,
  known: Known,
  cell: number,
  address: View,
  marks: Marks,
  { view: bound }: ReadBound,
  position: number,
): ReadDone {
  const { own, coherence, last } = ofCell(known, cell);
  // Its own store a CPU sees before it has a place among all others.
  const seen = own?.position === position ? 0 : position;
  const view: View = { seen: Math.max(bound.seen, seen), chosen: Math.max(bound.chosen, bound.seen, seen) };
  const next: OfCell = {
    ...(own && { own }),
    coherence: Math.max(coherence, position, view.seen),
    last: join(last, view),
  };
  const after = addressed(
    { ...known, cells: withCell(known.cells, cell, next), reads: join(known.reads, view) },
    address,
  );
  const returned = marks.unreturned ? after : { ...after, loads: join(known.loads, view) };
  return {
    known: marks.acquire ? behind(returned, order.acquire, view) : returned,
    view,
    value: own && order.forwardedDependencies ? join(view, own.data) : view,
  };
}

/** The operation that a store belongs to, whose read nothing may come between. */
export interface Atomic {
  /** What was read. */
  readonly view: View;
  /** Does it release, and has it acquired? */
  readonly acquired?: boolean;
}

/** What a store is made of. */
export interface StoreMade {
  readonly address: View;
  readonly data: View;
  /** What decided the branches before it. */
  readonly control: View;
  readonly release?: boolean;
  readonly atomic?: Atomic;
}

/** The position that a store comes behind. */
export function storeBound(order: FlatOrder, known: Known, cell: number, made: StoreMade): number {
  const { address, data, control, earlierAddress } = order.dependencies;
  const { last, coherence } = ofCell(known, cell);
  const views = [
    known.beforeStores,
    last,
    ...(address.includes('store') ? [made.address] : []),
    ...(data.includes('store') ? [made.data] : []),
    ...(control.includes('store') ? [made.control] : []),
    ...(earlierAddress.includes('store') ? [known.addresses] : []),
    ...(made.release ? [before(known, order.release)] : []),
  ];
  return views.reduce((bound, view) => Math.max(bound, newest(view)), coherence);
}

/** @param position of the store, behind `storeBound` */
export function stored(order: FlatOrder, known: Known, cell: number, made: StoreMade, position: number): Known {
  const here = at(position);
  const { address, data, atomic } = made;
  const one: OfCell = {
    coherence: position,
    last: here,
    own: { position, address, data, ...(atomic && { atomic: atomic.view }) },
  };
  const after = addressed(
    {
      ...known,
      cells: withCell(known.cells, cell, one),
      stores: join(known.stores, here),
      ...(made.release && { released: join(known.released, here) }),
    },
    address,
  );
  return atomic?.acquired && made.release ? behind(after, order.acquireRelease, here) : after;
}

/** What is written by an atomic operation was chosen by what it compared. */
export const comparedData = (operand: View, old: View, expected: View): View =>
  join(operand, { seen: 0, chosen: Math.max(newest(old), newest(expected)) });
/** What a compare-and-swap that succeeds gives back was known before. */
export const comparedValue = (old: View, expected: View): View => ({
  seen: 0,
  chosen: Math.max(newest(expected), newest(old)),
});
