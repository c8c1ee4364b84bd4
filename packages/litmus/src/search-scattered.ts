/**
 * The same for memory where each CPU learns of stores by itself: chosen is a list of stores, each with its place among those of its cell,
 * and of barriers that reach everybody, in an order in which they may have happened. Then every thread runs alone against it.
 */
import { scattered } from '@shootdown/core/testing';
import type { ScatteredOrder } from '@shootdown/core/plugin';
import { next, same, withRegister, type Local, type Next, type Tracking, type Datum } from './assembly.ts';
import { NotModelled } from './mistakes.ts';
import { Search, textOf, ThreadRun, type Bounds, type Problem } from './search.ts';

type Made = scattered.Made;
type AccessNext = Extract<Next<Made>, { do: 'access' }>;

const { PRIVATE, PRIVATE_BIT } = scattered;
const TRACKING: Tracking<Made> = {
  nothing: scattered.OF_NOTHING,
  join: scattered.madeOf,
  picked: scattered.madeOf,
};
/** Behind every place in the order of a cell. */
const LAST = 1e6;

/** A store, or a barrier (no cell) that reaches everybody. */
interface Event {
  readonly cell?: number;
  readonly value: Datum;
  readonly thread: number;
  /** Bits of what is known where it is known. */
  readonly known: number;
}
/** What could come next, and where among the stores of its cell. */
interface Possible extends Event {
  readonly place: number;
  /** Could it have stood before the last event as well? */
  readonly early: boolean;
}
interface Memory {
  readonly list: readonly Event[];
  /** Stores of each cell, by their numbers from 1, in the order in which everybody sees them. */
  readonly coherence: readonly (readonly number[])[];
}

interface Running {
  readonly local: Local<Made>;
  readonly known: scattered.ScatteredKnown;
  readonly left: number;
  readonly own: readonly { readonly cell: number; readonly value: Datum }[];
  /** Has it done something that is not in the list? */
  readonly ahead: boolean;
  readonly link?: { readonly cell: number; readonly event: number };
  readonly possible: readonly Possible[];
}

export class ScatteredSearch extends Search {
  private readonly todo: Memory[] = [{ list: [], coherence: [] }];

  constructor(
    problem: Problem,
    readonly order: ScatteredOrder,
    bounds: Bounds,
  ) {
    super(problem, bounds);
  }

  override advance(): boolean {
    const memory = this.todo.pop();
    if (!memory || this.stopped) return false;
    const possible: Possible[] = [];
    const ends = this.problem.programs.map((_, thread) => {
      const run = new ScatteredRun(this, thread, memory);
      run.start(this.start(thread, scattered.OF_NOTHING));
      possible.push(...run.possible.values());
      return run.ends;
    });
    this.note(
      ends,
      this.problem.cells.all.map(({ first }, cell) => {
        const last = memory.coherence[cell]?.at(-1);
        return last === undefined ? first : memory.list[last - 1]!.value;
      }),
    );
    const isFull = memory.list.length >= PRIVATE - 1;
    if (isFull && possible.length > 0) this.leaveOut();
    const last = memory.list.at(-1);
    for (const one of isFull ? [] : possible.toReversed()) {
      if (this.bounds.orders !== 'all' && last && one.early && one.thread < last.thread) continue;
      const longer = withEvent(memory, one);
      if (fits(longer)) this.todo.push(longer);
    }
    return this.stopped === undefined;
  }
}

function withEvent({ list, coherence }: Memory, { place, early: _early, ...event }: Possible): Memory {
  const longer = [...list, event];
  if (event.cell === undefined) return { list: longer, coherence };
  const orders = coherence.slice();
  while (orders.length <= event.cell) orders.push([]);
  const of = orders[event.cell]!.slice();
  of.splice(place, 0, longer.length);
  orders[event.cell] = of;
  return { list: longer, coherence: orders };
}

/** The order of each cell, and what is known where, have to fit: no store is known where a store behind it is overwritten by it. */
function fits({ list, coherence }: Memory): boolean {
  const before = new Int32Array(list.length);
  for (const order of coherence)
    order.forEach((one, i) => {
      for (const later of order.slice(i + 1)) before[one - 1]! |= 1 << (later - 1);
    });
  list.forEach(({ cell, known }, i) => {
    for (let j = 0; j < i; j++) if (cell !== undefined && (known >> j) & 1) before[j]! |= 1 << i;
  });
  for (let k = 0; k < list.length; k++)
    for (let i = 0; i < list.length; i++) if ((before[i]! >>> k) & 1) before[i]! |= before[k]!;
  return before.every((bits, i) => !((bits >>> i) & 1));
}

/** All runs of one thread against one memory. */
class ScatteredRun extends ThreadRun<Running, ScatteredSearch> {
  readonly possible = new Map<string, Possible>();
  private readonly most: number;

  constructor(
    search: ScatteredSearch,
    private readonly thread: number,
    private readonly memory: Memory,
  ) {
    super(search);
    this.most = search.mostStores(thread);
  }

  start(local: Local<Made>): void {
    const left = this.memory.list.reduce((bits, { thread }, i) => (thread === this.thread ? bits | (1 << i) : bits), 0);
    this.go({ local, known: scattered.SCATTERED_NOTHING, left, own: [], ahead: false, possible: [] });
  }

  protected override proceed(from: Running): void {
    const { order, problem } = this.search;
    let s = from;
    while (this.search.counted()) {
      const now = next(problem.programs[this.thread]!, s.local, TRACKING);
      if (now.do === 'end') return this.ended({ ...s, local: now.local });
      if (now.do === 'jump back') {
        s = { ...s, local: now.local };
        if (this.turned(s)) return;
      } else if (now.do === 'fence') {
        const fence = order.fences[now.fence]!;
        const here = { ...s, local: now.local };
        if (fence.everywhere) return this.reaches(here, fence);
        s = { ...here, known: scattered.scatteredFence(s.known, fence, now.local.control) };
      } else {
        this.accessed(s, now);
        return;
      }
    }
  }

  private ended(s: Running): void {
    if (s.left !== 0) return;
    if (!s.ahead) this.ends.push(this.search.endOf(this.thread, s.local));
    for (const one of s.possible) {
      const { early, ...rest } = one;
      const key = `${rest.cell} ${textOf(rest.value)} ${rest.known} ${rest.place}`;
      const was = this.possible.get(key);
      if (!was || (was.early && !early)) this.possible.set(key, one);
    }
  }

  /** A barrier that reaches everybody. */
  private reaches(s: Running, fence: ScatteredOrder['fences'][string]): void {
    const { list } = this.memory;
    const { after, known } = scattered.everywhere(s.known, fence);
    const passed = (event: number, handed: number): scattered.ScatteredKnown =>
      scattered.afterEverywhere(s.known, fence, { after: Math.max(after, event), known: known | handed });
    let handed = 0;
    list.forEach((event, i) => {
      if (event.cell === undefined && (s.left >> i) & 1 && after < i + 1 && event.known === known)
        this.go({ ...s, known: passed(i + 1, handed), left: s.left & ~(1 << i) });
      if (event.cell === undefined) handed |= event.known;
    });
    // A store that is promised cannot come behind a barrier that is not there.
    if (s.left !== 0) return;
    const end = list.length + 1;
    const last = list.at(-1);
    const early = !last || (after < end - 1 && last.cell !== undefined);
    const one: Possible = { value: 0n, thread: this.thread, known, place: 0, early };
    const possible = after < end && !(known & PRIVATE_BIT) ? [...s.possible, one] : s.possible;
    this.go({ ...s, known: passed(LAST, PRIVATE_BIT), ahead: true, possible });
  }

  private accessed(s: Running, now: AccessNext): void {
    const { operation } = now;
    const cell = this.search.problem.cells.at(now.address, operation.bits);
    if (operation.do === 'load') this.loads(s, now, operation, cell);
    else if (operation.do === 'store') this.stores(s, now, operation, cell);
    else throw new NotModelled('POWER has no atomic operations of one instruction');
  }

  private place(cell: number, event: number): number {
    return event === 0 ? 0 : event >= PRIVATE ? LAST + event : this.orderOf(cell).indexOf(event) + 1;
  }
  private orderOf(cell: number): readonly number[] {
    return this.memory.coherence[cell] ?? [];
  }

  private loads(
    s: Running,
    now: AccessNext,
    operation: Extract<AccessNext['operation'], { do: 'load' }>,
    cell: number,
  ): void {
    const { order, problem } = this.search;
    const { list } = this.memory;
    const coherence = scattered.coherenceOf(s.known, cell);
    const floor = this.place(cell, coherence);
    for (const event of [0, ...this.orderOf(cell), ...(coherence >= PRIVATE ? [coherence] : [])]) {
      const inList = event > 0 && event < PRIVATE ? list[event - 1]! : undefined;
      const own = event >= PRIVATE || inList?.thread === this.thread;
      if (inList && (s.left >> (event - 1)) & 1) continue;
      if (coherence < PRIVATE ? this.place(cell, event) < floor : own ? event !== coherence : event === 0) continue;
      const source: scattered.StoreRead = { event, own, known: inList?.known ?? 0 };
      const made = scattered.readMade(order, s.known, cell, now.addressMade, now.local.control, source);
      if (this.knowsNewer(cell, event, made.begun.known)) continue;
      const known = scattered.scatteredRead(s.known, cell, now.addressMade, source, made);
      const value =
        event >= PRIVATE ? s.own[event - PRIVATE]!.value : (inList?.value ?? problem.cells.all[cell]!.first);
      const local = withRegister(now.local, operation.to, operation.as(value), made);
      const link = operation.exclusive ? { cell, event } : s.link;
      this.go({ ...s, local, known, ...(link && { link }) });
    }
  }

  /** Is a newer store of the cell known where the read is done? */
  private knowsNewer(cell: number, event: number, known: number): boolean {
    if (event >= PRIVATE) return false;
    return this.orderOf(cell)
      .slice(this.place(cell, event))
      .some((newer) => (known >> (newer - 1)) & 1);
  }

  private stores(
    s: Running,
    now: AccessNext,
    operation: Extract<AccessNext['operation'], { do: 'store' }>,
    cell: number,
  ): void {
    const value = operation.as(now.value);
    const { exclusive } = operation;
    if (!exclusive) return this.write({ ...s, local: now.local }, now, cell, value, undefined);
    const { link, ...unlinked } = s;
    const told = exclusive.depends ? scattered.madeOf(now.addressMade, now.valueMade) : scattered.OF_NOTHING;
    const fails = withRegister(now.local, exclusive.status, exclusive.failure, told);
    this.go({ ...unlinked, local: fails });
    if (link?.cell !== cell) return;
    const local = withRegister(now.local, exclusive.status, exclusive.success, told);
    this.write({ ...unlinked, local }, now, cell, value, link.event);
  }

  /** @param behind store that no foreign one may come between and this: undefined where any may */
  private write(s: Running, now: AccessNext, cell: number, value: Datum, behind: number | undefined): void {
    const { order } = this.search;
    const { list } = this.memory;
    const of = this.orderOf(cell);
    const made = scattered.storeMade(order, s.known, cell, now.addressMade, now.valueMade, now.local.control);
    const { after, known } = made.reach;
    const coherence = scattered.coherenceOf(s.known, cell);
    const floor = coherence >= PRIVATE ? 0 : this.place(cell, coherence);
    const at = (event: number): Running => ({
      ...s,
      known: scattered.scatteredStore(s.known, cell, now.addressMade, event, made),
    });
    const disturbed = (place: number): boolean =>
      behind !== undefined &&
      behind < PRIVATE &&
      of.slice(this.place(cell, behind), place).some((event) => list[event - 1]!.thread !== this.thread);
    of.forEach((event, i) => {
      const there = list[event - 1]!;
      if (!((s.left >> (event - 1)) & 1) || !same(there.value, value)) return;
      if (after < event && known === there.known && i + 1 > floor && !disturbed(i))
        this.go({ ...at(event), left: s.left & ~(1 << (event - 1)) });
    });
    const end = list.length + 1;
    const early = list.length === 0 || after < end - 1;
    const possible = s.possible.slice();
    if (after < end && !(known & PRIVATE_BIT))
      for (let place = floor; place <= of.length; place++)
        if (!disturbed(place)) possible.push({ cell, value, thread: this.thread, known, place, early });
    if (s.own.length < this.most)
      this.go({ ...at(PRIVATE + s.own.length), own: [...s.own, { cell, value }], ahead: true, possible });
    else this.search.leaveOut();
  }
}
