/**
 * Memory is chosen first, store by store; then every thread runs alone against it. A store may be in memory long before its thread comes
 * to it (it is promised), if the thread can keep the promise whatever happens: that is how loads are delayed past later stores.
 * Source: Pulte, Pichon-Pharabod, Kang, Lee, Hur, "Promising-ARM/RISC-V", PLDI 2019, section 7.
 */
import { flat } from '@shootdown/core/testing';
import type { FlatOrder } from '@shootdown/core/plugin';
import {
  isNumber,
  next,
  same,
  withRegister,
  type Exclusive,
  type Local,
  type Next,
  type Tracking,
  type Datum,
} from './assembly.ts';
import { Search, textOf, ThreadRun, type Bounds, type Problem } from './search.ts';

type View = flat.View;
type AccessNext = Extract<Next<View>, { do: 'access' }>;

const TRACKING: Tracking<View> = { nothing: flat.NOTHING, join: flat.join, picked: flat.picked };

/** Positions from here on are those of stores that are not in memory yet: their thread alone knows of them. */
const PRIVATE = 1000;
/** Behind all that is there. */
const SUPPOSED = 1e6;
/** Bits of a number, for promises that are to be kept. */
const MOST_STORES = 31;

interface Message {
  readonly cell: number;
  readonly value: Datum;
  readonly thread: number;
}
interface Linked {
  readonly cell: number;
  readonly position: number;
  readonly view: View;
}

/** A thread that runs alone. */
interface Running {
  readonly local: Local<View>;
  readonly known: flat.Known;
  /** Promises that it has not kept yet: bits by position. */
  readonly left: number;
  readonly own: readonly { readonly cell: number; readonly value: Datum }[];
  /** What an exclusive load has seen. */
  readonly link?: Linked;
  /** Stores that could come next in memory. */
  readonly possible: readonly Message[];
  /** Has it supposed a store that is not there yet? Then it shows what could come next, and is no run to its end. */
  readonly supposes?: true;
}

export class FlatSearch extends Search {
  private readonly todo: (readonly Message[])[] = [[]];

  constructor(
    problem: Problem,
    readonly order: FlatOrder,
    bounds: Bounds,
  ) {
    super(problem, bounds);
  }

  override advance(): boolean {
    const memory = this.todo.pop();
    if (!memory || this.stopped) return false;
    const possible: Message[] = [];
    const ends = this.problem.programs.map((_, thread) => {
      const run = new FlatRun(this, thread, memory);
      run.start(this.start(thread, flat.NOTHING));
      possible.push(...run.possible.values());
      return run.ends;
    });
    const { cells } = this.problem;
    this.note(
      ends,
      cells.all.map(({ first }, cell) => memory.findLast((one) => one.cell === cell)?.value ?? first),
    );
    if (memory.length < MOST_STORES) for (const one of possible.toReversed()) this.todo.push([...memory, one]);
    else if (possible.length > 0) this.leaveOut();
    return this.stopped === undefined;
  }
}

/** All runs of one thread against one memory. */
class FlatRun extends ThreadRun<Running, FlatSearch> {
  readonly possible = new Map<string, Message>();
  private readonly most: number;

  constructor(
    search: FlatSearch,
    private readonly thread: number,
    private readonly memory: readonly Message[],
  ) {
    super(search);
    this.most = Math.min(MOST_STORES, search.mostStores(thread));
  }

  start(local: Local<View>): void {
    const left = this.memory.reduce((bits, { thread }, i) => (thread === this.thread ? bits | (1 << i) : bits), 0);
    this.go({ local, known: flat.KNOWS_NOTHING, left, own: [], possible: [] });
  }

  protected override proceed(from: Running): void {
    const { order } = this.search;
    let s = from;
    while (this.search.counted()) {
      const now = next(this.search.problem.programs[this.thread]!, s.local, TRACKING);
      if (now.do === 'end') return this.ended({ ...s, local: now.local });
      if (now.do === 'jump back') {
        s = { ...s, local: now.local };
        if (this.turned(s)) return;
      } else if (now.do === 'fence') {
        const known = flat.fenced(order, s.known, order.fences[now.fence]!, now.local.control);
        s = { ...s, local: now.local, known };
      } else {
        this.accessed({ ...s, known: flat.kept(s.known, order.always) }, now);
        return;
      }
    }
  }

  private ended(s: Running): void {
    if (s.left !== 0) return;
    if (s.own.length === 0 && !s.supposes) this.ends.push(this.search.endOf(this.thread, s.local));
    for (const one of s.possible) this.possible.set(`${one.cell} ${textOf(one.value)}`, one);
  }

  private accessed(s: Running, now: AccessNext): void {
    const { operation } = now;
    // Where a supposed value leads nobody knows, and no store behind it could come next.
    if (s.supposes && isNumber(now.address)) return;
    const cell = this.search.problem.cells.at(now.address, operation.bits);
    if (operation.do === 'store') this.stores(s, now, cell, operation.exclusive);
    else if (operation.do === 'load') this.loads(s, now, cell);
    else this.updates({ ...s, known: flat.kept(s.known, this.search.order.atomics) }, now, cell);
  }

  private loads(s: Running, now: AccessNext, cell: number): void {
    const operation = now.operation as Extract<AccessNext['operation'], { do: 'load' }>;
    for (const { position, value, done } of this.reads(s, now, cell, operation.to === undefined)) {
      const local = withRegister(now.local, operation.to, operation.as(value), done.value);
      const link = operation.exclusive ? { cell, position, view: done.view } : s.link;
      this.go({ ...s, local, known: done.known, ...(link && { link }) });
    }
  }

  /** What may be read, newest first. */
  private reads(
    s: Running,
    { operation, addressMade }: AccessNext,
    cell: number,
    unreturned: boolean,
  ): { readonly position: number; readonly value: Datum; readonly done: flat.ReadDone }[] {
    const { order } = this.search;
    const atomic = operation.do === 'update' && unreturned;
    const marks: flat.Marks = {
      ...(operation.acquire && !atomic && { acquire: operation.acquire }),
      ...(atomic && { unreturned: true }),
    };
    const bound = flat.readBound(order, s.known, cell, addressMade, marks);
    const read = (position: number, value: Datum) => ({
      position,
      value,
      done: flat.read(order, s.known, cell, addressMade, marks, bound, position),
    });
    const own = s.own.findLastIndex((one) => one.cell === cell);
    if (own >= 0) return [read(PRIVATE + own, s.own[own]!.value)];
    const out: ReturnType<typeof read>[] = [];
    for (let i = this.memory.length; i >= 0; i--) {
      const message = i > 0 ? this.memory[i - 1]! : undefined;
      if (message && (message.cell !== cell || (s.left >> (i - 1)) & 1)) continue;
      out.push(read(i, message ? message.value : this.search.problem.cells.all[cell]!.first));
      if (i <= bound.floor) break;
    }
    return out;
  }

  private updates(s: Running, now: AccessNext, cell: number): void {
    const { order } = this.search;
    const operation = now.operation as Extract<AccessNext['operation'], { do: 'update' }>;
    const returns = operation.to !== undefined;
    if (now.expected !== undefined) this.suppose(s, now, cell);
    for (const { position, value: old, done } of this.reads(s, now, cell, !returns)) {
      const compared = operation.expected !== undefined;
      const succeeds = !compared || same(old, operation.compares(now.expected!));
      const value = compared && succeeds ? flat.comparedValue(done.value, now.expectedMade) : done.value;
      const local = withRegister(now.local, operation.to, operation.as(old), value);
      const after: Running = { ...s, local, known: done.known };
      if (!succeeds) {
        this.go({ ...after, known: flat.kept(after.known, order.atomics) });
        continue;
      }
      const data = compared
        ? flat.comparedData(now.valueMade, done.value, now.expectedMade)
        : flat.join(now.valueMade, { seen: operation.swaps ? 0 : done.value.seen, chosen: 0 });
      const acquired = returns && operation.acquire === 'acquire';
      const made = this.made(now, now.local.control, data, { view: done.view, acquired });
      this.write(after, cell, operation.becomes(old, now.value), made, position, order.atomics);
    }
  }

  /**
   * A compare-and-swap that fails stores nothing, and what stands behind it does not depend on that: its stores may come before the one
   * that makes it fail, which is not in memory yet. All other operations do the same to later stores whatever they read.
   */
  private suppose(s: Running, now: AccessNext, cell: number): void {
    const { order } = this.search;
    const operation = now.operation as Extract<AccessNext['operation'], { do: 'update' }>;
    const marks: flat.Marks = operation.to !== undefined && operation.acquire ? { acquire: operation.acquire } : {};
    const bound = flat.readBound(order, s.known, cell, now.addressMade, marks);
    const done = flat.read(order, s.known, cell, now.addressMade, marks, bound, SUPPOSED);
    const other = now.expected === 0n ? 1n : 0n;
    const local = withRegister(now.local, operation.to, operation.as(other), done.value);
    this.go({ ...s, local, known: flat.kept(done.known, order.atomics), supposes: true });
  }

  private made(now: AccessNext, control: View, data: View, atomic?: flat.Atomic): flat.StoreMade {
    return {
      address: now.addressMade,
      data,
      control,
      ...(now.operation.release && { release: true }),
      ...(atomic && { atomic }),
    };
  }

  private stores(s: Running, now: AccessNext, cell: number, exclusive: Exclusive | undefined): void {
    const operation = now.operation as Extract<AccessNext['operation'], { do: 'store' }>;
    const value = operation.as(now.value);
    if (!exclusive) {
      const made = this.made(now, now.local.control, now.valueMade);
      this.write({ ...s, local: now.local }, cell, value, made, undefined, []);
      return;
    }
    const { link, ...unlinked } = s;
    const told = exclusive.depends ? flat.join(now.addressMade, now.valueMade) : flat.NOTHING;
    const fails = withRegister(now.local, exclusive.status, exclusive.failure, told);
    this.go({ ...unlinked, local: fails, known: flat.addressed(s.known, now.addressMade) });
    if (link?.cell !== cell) return;
    const local = withRegister(now.local, exclusive.status, exclusive.success, told);
    const made = this.made(now, now.local.control, now.valueMade, { view: link.view });
    this.write({ ...unlinked, local }, cell, value, made, link.position, []);
  }

  /** @param behind position that an atomic store comes behind with no foreign store between; undefined: it is not atomic */
  private write(
    s: Running,
    cell: number,
    value: Datum,
    made: flat.StoreMade,
    behind: number | undefined,
    then: FlatOrder['atomics'],
  ): void {
    const { order } = this.search;
    const bound = flat.storeBound(order, s.known, cell, made);
    const at = (position: number): Running => ({
      ...s,
      known: flat.kept(flat.stored(order, s.known, cell, made, position), then),
    });
    const disturbed = (position: number): boolean =>
      behind !== undefined &&
      behind < PRIVATE &&
      this.memory.slice(behind, position - 1).some((one) => one.cell === cell && one.thread !== this.thread);
    this.memory.forEach((message, i) => {
      const position = i + 1;
      if (!((s.left >> i) & 1) || message.cell !== cell || !same(message.value, value)) return;
      if (bound < position && !disturbed(position)) this.go({ ...at(position), left: s.left & ~(1 << i) });
    });
    const end = this.memory.length + 1;
    const possible =
      bound < end && !disturbed(end) ? [...s.possible, { cell, value, thread: this.thread }] : s.possible;
    if (s.own.length < this.most)
      this.go({ ...at(PRIVATE + s.own.length), own: [...s.own, { cell, value }], possible });
    else this.search.leaveOut();
  }
}
