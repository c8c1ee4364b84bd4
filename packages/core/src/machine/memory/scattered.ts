/**
 * What a CPU knows of memory where each CPU learns of stores by itself. Pure functions; who calls them searches a list of events, which
 * are stores and barriers that reach everybody, in an order in which they may have happened.
 *
 * Of every event it is kept how far it is begun and how far it is decided, as Power has them, and of both: behind which event of the list
 * it comes (`after`), and which stores are known wherever it is (`known`, a bit for each event of the list).
 * Source: Alglave, Maranget, Tautschnig, "Herding Cats", TOPLAS 2014, section 4.
 */
import type { Earlier, Later, ScatteredFence, ScatteredOrder, ScatteredRule } from '../../words/order.ts';

export interface Extent {
  readonly after: number;
  readonly known: number;
}
export const NOWHERE: Extent = { after: 0, known: 0 };
export const both = (a: Extent, b: Extent): Extent =>
  a === NOWHERE ? b : b === NOWHERE ? a : { after: Math.max(a.after, b.after), known: a.known | b.known };

/** What a value is made of: how far that is begun, and how far decided. */
export interface Made {
  readonly begun: Extent;
  readonly decided: Extent;
}
export const OF_NOTHING: Made = { begun: NOWHERE, decided: NOWHERE };
export const madeOf = (a: Made, b: Made): Made =>
  a === OF_NOTHING ? b : b === OF_NOTHING ? a : { begun: both(a.begun, b.begun), decided: both(a.decided, b.decided) };

/** What a CPU knows of one cell. */
interface OfCell {
  /** The event whose store it read or made last. 0: the first value. */
  readonly coherence: number;
  readonly decided: Extent;
  /** What was read, and how far the reads were begun. */
  readonly reads: readonly { readonly from: number; readonly begun: Extent }[];
  /** How far its stores are decided. */
  readonly stores: Extent;
  /** Its stores, and how far they were begun. */
  readonly own: readonly { readonly event: number; readonly begun: Extent }[];
}
const UNTOUCHED: OfCell = { coherence: 0, decided: NOWHERE, reads: [], stores: NOWHERE, own: [] };

export interface ScatteredKnown {
  readonly loads: Extent;
  readonly stores: Extent;
  /** Bits of what it stored, of foreign stores that it read, and of all that it read. */
  readonly stored: number;
  readonly foreign: number;
  readonly read: number;
  readonly beforeLoads: Extent;
  readonly beforeStores: Extent;
  /** What barriers with `context` have ordered. */
  readonly context: Extent;
  readonly addresses: Extent;
  readonly cells: readonly OfCell[];
}
export const SCATTERED_NOTHING: ScatteredKnown = {
  loads: NOWHERE,
  stores: NOWHERE,
  stored: 0,
  foreign: 0,
  read: 0,
  beforeLoads: NOWHERE,
  beforeStores: NOWHERE,
  context: NOWHERE,
  addresses: NOWHERE,
  cells: [],
};

/** Events from here on have no place in the list: their CPU alone knows of them. They share a bit. */
export const PRIVATE = 31;
export const PRIVATE_BIT = 1 << (PRIVATE - 1);
/** The bit of an event: none of a first value. */
export const bitOf = (event: number): number => (event === 0 ? 0 : 1 << (Math.min(event, PRIVATE) - 1));
const bits = (known: number): Extent => ({ after: 0, known });
const has = ({ preserves }: ScatteredOrder, rule: ScatteredRule): boolean => preserves.includes(rule);
const where = (order: ScatteredOrder, rule: ScatteredRule, reach: Extent): Extent =>
  has(order, rule) ? reach : NOWHERE;
const ofCell = ({ cells }: ScatteredKnown, cell: number): OfCell => cells[cell] ?? UNTOUCHED;
const withCell = (cells: readonly OfCell[], cell: number, one: OfCell): OfCell[] => {
  const out = cells.slice();
  while (out.length < cell) out.push(UNTOUCHED);
  out[cell] = one;
  return out;
};
/** The event that a CPU read or made last of a cell: it reads none that is older. */
export const coherenceOf = (known: ScatteredKnown, cell: number): number => ofCell(known, cell).coherence;

const behind = (now: ScatteredKnown, kinds: readonly Later[], reach: Extent): ScatteredKnown => ({
  ...now,
  ...(kinds.includes('load') && { beforeLoads: both(now.beforeLoads, reach) }),
  ...(kinds.includes('store') && { beforeStores: both(now.beforeStores, reach) }),
});
const before = (now: ScatteredKnown, kinds: readonly Earlier[]): Extent =>
  both(
    kinds.includes('load') ? both(now.loads, bits(now.foreign)) : NOWHERE,
    kinds.includes('store') ? both(now.stores, bits(now.stored)) : NOWHERE,
  );

/**
 * A barrier that is this CPU's own affair.
 * @param control what decided the branches before it
 */
export function scatteredFence(
  known: ScatteredKnown,
  { keeps, context }: ScatteredFence,
  control: Made,
): ScatteredKnown {
  const kept = keeps.reduce((now, row) => behind(now, row.after, before(known, row.before)), known);
  return context ? { ...kept, context: both(kept.context, control.decided) } : kept;
}

/** A barrier that reaches everybody: an event of the list. It comes behind `after`, and hands on `known`. */
export function everywhere(now: ScatteredKnown, { keeps }: ScatteredFence): Extent {
  const kinds = keeps.flatMap((row) => row.before);
  const { after, known } = before(now, kinds);
  return { after, known: known | (kinds.includes('load') ? now.read : 0) };
}
/** @param reach where the barrier stands, and what all such barriers up to it and itself have handed on */
export const afterEverywhere = (now: ScatteredKnown, { keeps }: ScatteredFence, reach: Extent): ScatteredKnown =>
  behind(now, [...new Set(keeps.flatMap((row) => row.after))], reach);

/** The address of an access is known. */
const addressed = (now: ScatteredKnown, address: Made): ScatteredKnown => ({
  ...now,
  addresses: both(now.addresses, address.decided),
});

/** A store that is read: the event, whether it is the CPU's own, and what it was known with. */
export interface StoreRead {
  readonly event: number;
  readonly own: boolean;
  readonly known: number;
}

/** How far a read that reads this is begun and decided. */
export function readMade(
  order: ScatteredOrder,
  now: ScatteredKnown,
  cell: number,
  address: Made,
  control: Made,
  { event, own, known }: StoreRead,
): Made {
  const of = ofCell(now, cell);
  let begun = both(where(order, 'address and data', address.begun), now.context);
  if (event > 0 && !own) {
    begun = both(begun, { after: event, known });
    if (has(order, 'reread')) for (const read of of.reads) if (read.from !== event) begun = both(begun, read.begun);
    begun = both(begun, where(order, 'detour', of.stores));
  }
  if (own) begun = both(begun, where(order, 'own store', of.own.find((one) => one.event === event)!.begun));
  begun = both(begun, now.beforeLoads);
  return { begun, decided: both(decidedBefore(order, now, cell, address, control), begun) };
}

const decidedBefore = (
  order: ScatteredOrder,
  now: ScatteredKnown,
  cell: number,
  address: Made,
  control: Made,
): Extent =>
  [
    where(order, 'address and data', address.decided),
    where(order, 'control', control.decided),
    where(order, 'earlier address', now.addresses),
    where(order, 'same cell', ofCell(now, cell).decided),
  ].reduce(both);

/** @param made of `readMade` */
export function scatteredRead(
  now: ScatteredKnown,
  cell: number,
  address: Made,
  { event, own }: StoreRead,
  made: Made,
): ScatteredKnown {
  const of = ofCell(now, cell);
  const bit = bitOf(event);
  const one: OfCell = {
    ...of,
    coherence: event,
    decided: both(of.decided, made.decided),
    reads: withRead(of.reads, event, made.begun),
  };
  return addressed(
    {
      ...now,
      cells: withCell(now.cells, cell, one),
      loads: both(now.loads, made.begun),
      foreign: event > 0 && !own ? now.foreign | bit : now.foreign,
      read: now.read | bit,
    },
    address,
  );
}

/** Each store that was read once, so that what goes round in a loop comes to an end. */
function withRead(reads: OfCell['reads'], from: number, begun: Extent): OfCell['reads'] {
  const known = reads.find((read) => read.from === from);
  const one = { from, begun: known ? both(known.begun, begun) : begun };
  return [...reads.filter((read) => read.from !== from), one].sort((a, b) => a.from - b.from);
}

/** How far a store is begun and decided, and the events that it comes behind, with what it is known with. */
export function storeMade(
  order: ScatteredOrder,
  now: ScatteredKnown,
  cell: number,
  address: Made,
  data: Made,
  control: Made,
): Made & { readonly reach: Extent } {
  const begun = [
    where(order, 'address and data', address.begun),
    now.context,
    where(order, 'address and data', data.begun),
  ].reduce(both);
  const decided = [
    decidedBefore(order, now, cell, address, control),
    begun,
    where(order, 'address and data', data.decided),
  ].reduce(both);
  return { begun, decided, reach: both(decided, now.beforeStores) };
}

/**
 * @param event of the store
 * @param made of `storeMade`
 */
export function scatteredStore(
  now: ScatteredKnown,
  cell: number,
  address: Made,
  event: number,
  made: ReturnType<typeof storeMade>,
): ScatteredKnown {
  const of = ofCell(now, cell);
  const one: OfCell = {
    ...of,
    coherence: event,
    decided: both(of.decided, made.decided),
    stores: both(of.stores, made.decided),
    own: [...of.own, { event, begun: made.begun }],
  };
  return addressed(
    {
      ...now,
      cells: withCell(now.cells, cell, one),
      stores: both(now.stores, { after: Math.max(made.reach.after, event), known: made.reach.known }),
      stored: now.stored | bitOf(event),
    },
    address,
  );
}
