/** A CPU as code sees it: every method makes steps, which the explorer (or a single run) carries out. */
import { without, type CpuId, type CpuMask, type Va } from '../words/address.ts';
import type { Cell, Ref } from '../words/cells.ts';
import type { ReplacementBody } from '../words/change.ts';
import type { Cpu, Info, Invalidation, IpiHandler, RcuCallback } from '../words/cpu.ts';
import type { Entry, Pfn, Table } from '../words/entry.ts';
import type { KernelNote } from '../words/follow.ts';
import { spaceOf, type Geometry, type Level } from '../words/geometry.ts';
import type { Limit } from '../words/limit.ts';
import { HIT, RIGHTS_FAULT } from '../words/mmu-results.ts';
import { LOCAL_STATE, type Op, type Step } from '@shootdown/explorer';
import { entryRef, pageCells, tableCells, type Mm, type Slot, type Vma } from '../words/objects.ts';
import type { Access, AccessResult, KernelConfig, MachineSpec } from '../words/spec.ts';
import type { Source } from '../words/source.ts';
import type { Operand } from '../words/operands.ts';
import type { Given, Operands, StepKind } from '../words/step-kind.ts';
import type { Ablation, Synchronising } from './ablation.ts';
import type { Parts } from './parts.ts';
import { steps } from './steps/index.ts';
import type { HookStep } from './steps/marks/hook.ts';
import { NOTHING_LEFT } from './steps/objects/pools.ts';
import { frameAt } from './translation.ts';
import { hardwareWalk, speculativeWalk } from './walker.ts';
import { CRASHED, leadsNowhere, tellWild } from './wild.ts';

/** What a CPU needs from outside the machine: the hooks, and the kernel that runs. */
export interface Kernel {
  has(change: string): boolean;
  readonly config: KernelConfig;
  number(name: string): number;
  /** Is something over a threshold? `over` says so for given numbers; which side it is is noted. Absent: nobody wants to know. */
  compare?(name: string, over: (number: (name: string) => number) => boolean): boolean;
  /** Runs the topmost layer's body of a hook. */
  dispatch(cpu: Cpu, hook: unknown, args: readonly unknown[]): Op<unknown>;
  hookName(hook: unknown): string;
  /** The body that a change puts in the place of a function's own. Absent: none does. */
  replacement?(source: Source): ReplacementBody | undefined;
  /** Is a claim of this hook asked for, so that entering and leaving it are steps? */
  watches(hookName: string): boolean;
  /** A synchronising step to be left out. */
  readonly ablation?: Ablation;
}

/** Is told which functions code enters and leaves, in the order in which that happens. Nothing depends on it. */
export interface CallWatcher {
  enter(cpu: SimCpu, name: string): void;
  leave(cpu: SimCpu): void;
}

/** What a thread enters and leaves on its own CPU. */
type Section = 'local_irq_save' | 'hard_irq_disable' | 'rcu_read_lock';
type SectionStep = StepKind<Record<string, never>>;
type LockStep = StepKind<{ readonly lock: Operand<Ref, Cell> }>;

/** How a thread may use a CPU, and where its call stack is noted. */
export class SimCpu implements Cpu {
  readonly spec: MachineSpec;
  readonly geometry: Geometry;
  readonly online: CpuMask;
  readonly vmas: readonly Vma[];
  /** Operations and hooks the code is inside of. Names only: nothing depends on it. */
  readonly stack: string[] = [];
  readonly #held: { lock: Cell; mode: 'held' | 'read' | 'write' }[] = [];
  /** What an ablation has left out and whose other half is to come: a lock, or words for it; and the entries that were read. Empty without one. */
  readonly #leftOut: (Cell | string)[] = [];
  readonly #seen = new Map<number, number>();
  /** Read-side sections of this code, outermost first: interrupts off, off in the CPU itself, RCU. */
  readonly #sections: Section[] = [];
  /** The code went through a pointer that leads nowhere: it does not go on. */
  #lost = false;

  constructor(
    readonly id: CpuId,
    readonly mm: Mm | undefined,
    private readonly parts: Parts,
    private readonly kernel: Kernel,
    private readonly resumed: (stack: readonly string[]) => void,
    private readonly watcher?: CallWatcher,
  ) {
    this.spec = parts.spec;
    this.geometry = parts.geometry;
    this.online = parts.online;
    this.vmas = parts.vmas;
  }

  /** What code may read back: locks it holds, which claims are told; and the call stack that traces show. */
  get [LOCAL_STATE](): unknown {
    if (this.#lost) return 'lost';
    return this.kernel.ablation
      ? [this.stack, this.#held, this.#sections, this.#leftOut, [...this.#seen].sort(([a], [b]) => a - b)]
      : [this.stack, this.#held, this.#sections];
  }

  /** Forgets call stack and locks: the thread's code is run again from its beginning. */
  restart(): void {
    this.stack.length = 0;
    this.#held.length = 0;
    this.#sections.length = 0;
    this.#leftOut.length = 0;
    this.#seen.clear();
    this.#lost = false;
  }

  /** Is a synchronising step left out here? */
  #without(step: Synchronising): boolean {
    return this.kernel.ablation?.removes({ in: this.stack.at(-1) ?? 'the thread', step }) ?? false;
  }
  /** The same for a step with another half: what was left out is noted until that comes. */
  #opens(step: Synchronising, what: Cell | string): boolean {
    const without = this.#without(step);
    if (without) this.#leftOut.push(what);
    return without;
  }
  #closes(what: Cell | string): boolean {
    if (this.#leftOut.length === 0) return false;
    const i = this.#leftOut.lastIndexOf(what);
    if (i >= 0) this.#leftOut.splice(i, 1);
    return i >= 0;
  }
  /** Reads an entry; where a re-check is left out, an entry that was read before is taken to be what it was. */
  *#entry(step: Step): Op<number> {
    if (!this.kernel.ablation?.remembers) return yield step;
    const cell = step.cells[0] ?? -1;
    const known = this.#seen.get(cell);
    if (known !== undefined && this.#without('re-check')) return known;
    const observed = yield step;
    this.#seen.set(cell, observed);
    return observed;
  }

  has = (fix: string): boolean => this.kernel.has(fix);
  config = (name: keyof KernelConfig): boolean => this.kernel.config[name] ?? false;
  number = (name: string): number => this.kernel.number(name);
  exceeds = (threshold: string, amount: number): boolean =>
    this.#compare(threshold, (number) => amount > number(threshold));
  reaches = (
    threshold: string,
    amount: number,
    limit = (number: (name: string) => number): number => number(threshold),
  ): boolean => this.#compare(threshold, (number) => amount >= limit(number));
  #compare(name: string, over: (number: (name: string) => number) => boolean): boolean {
    return this.kernel.compare ? this.kernel.compare(name, over) : over(this.number);
  }
  replacement = (source: Source): ReplacementBody | undefined => this.kernel.replacement?.(source);
  inside = (name: string): boolean => this.stack.includes(name);
  spares = (vma: Vma, start: Va, end: Va): readonly Vma[] => this.parts.spares(vma, start, end);
  get makesAreas(): boolean {
    return this.parts.makesAreas;
  }

  *within<T>(name: string, body: () => Op<T>): Op<T> {
    this.#enter(name);
    const result = yield* body();
    this.#leave();
    return result;
  }

  *call(hook: unknown, args: readonly unknown[]): Op<unknown> {
    const name = this.kernel.hookName(hook);
    this.#enter(name);
    const result = yield* this.kernel.watches(name)
      ? this.#claimed(name, hook, args)
      : this.kernel.dispatch(this, hook, args);
    this.#leave();
    return result;
  }

  *#claimed(name: string, hook: unknown, args: readonly unknown[]): Op<unknown> {
    yield* this.#claim(steps.hook_enter, { hook: name, args, held: [] });
    const result = yield* this.kernel.dispatch(this, hook, args);
    yield* this.#claim(steps.hook_leave, { hook: name, args, result, held: [] });
    return result;
  }

  #enter(name: string): void {
    this.stack.push(name);
    this.watcher?.enter(this, name);
  }
  #leave(): void {
    this.stack.pop();
    this.watcher?.leave(this);
  }

  *#claim(kind: typeof steps.hook_enter, what: HookStep): Op {
    const held = this.#held.map(({ lock, mode }) => ({ name: this.parts.layout.name(lock), mode }));
    yield this.#step(kind, { call: structuredClone({ ...what, held }) });
  }

  // Memory
  *load(at: Ref): Op<number> {
    return yield this.#step(steps.load, { at });
  }
  *store(at: Ref, value: number): Op {
    yield* this.#write(steps.store, { at, value }, at);
  }
  *xchg(at: Ref, value: number): Op<number> {
    return yield* this.#write(steps.xchg, { at, value }, at);
  }
  *cmpxchg(at: Ref, expected: number, value: number): Op<number> {
    return yield* this.#write(steps.cmpxchg, { at, expected, value }, at);
  }
  *add(at: Ref, n: number): Op {
    yield this.#step(steps.add, { at, n });
  }
  *add_return(at: Ref, n: number): Op<number> {
    return yield this.#step(steps.add_return, { at, n });
  }
  *dec_and_test(at: Ref): Op<boolean> {
    return (yield this.#step(steps.dec_and_test, { at })) === 1;
  }
  *inc_not_zero(at: Ref): Op<boolean> {
    return (yield this.#step(steps.inc_not_zero, { at })) === 1;
  }
  *update(at: Ref, clear: number, set: number): Op<number> {
    return yield* this.#write(steps.update, { at, clear, set }, at);
  }
  *or(at: Ref, bits: number): Op {
    yield* this.#write(steps.or, { at, bits }, at);
  }
  *andnot(at: Ref, bits: number): Op {
    yield* this.#write(steps.andnot, { at, bits }, at);
  }
  *list_add(at: Ref, value: number): Op {
    yield this.#step(steps.list_add, { at, value });
  }
  *list_take(at: Ref): Op<number> {
    return yield this.#step(steps.list_take, { at });
  }
  *list_del(at: Ref, value: number): Op {
    yield this.#step(steps.list_del, { at, value });
  }
  *list_read(at: Ref): Op<readonly number[]> {
    const token = yield* this.load(at);
    return token === 0 ? [] : (this.parts.records.get(token) as readonly number[]);
  }
  *queue_add(at: Ref, what: Info): Op {
    yield* this.list_add(at, this.parts.records.idOf(structuredClone(what)));
  }
  *queue_take(at: Ref): Op<Info | undefined> {
    const token = yield* this.list_take(at);
    return this.parts.records.get(token) as Info | undefined;
  }
  *wait_clear(at: Ref, bits: number, why: string): Op {
    if (!this.#without('wait')) yield this.#step(steps.wait_clear, { at, bits, why });
  }
  /** Not a step under sequential consistency: it would order nothing. */
  *fence(name: string): Op {
    if (this.parts.fences && !this.#without('fence')) yield this.#step(steps.fence, { why: name });
  }

  // Page-table words
  *read_entry(slot: Slot): Op<Entry> {
    return yield* this.#entry(this.#step(steps.load, { at: entryRef(slot) }));
  }
  *read_lockless(slot: Slot): Op<Entry> {
    return yield* this.#entry(this.#step(steps.walk_lockless, { at: entryRef(slot), level: slot.level }));
  }
  *read_typed(slot: Slot, as: 'leaf' | 'table'): Op<Entry> {
    return yield this.#step(steps.walk_typed, { at: entryRef(slot), as });
  }

  // Locks
  *spin_lock(at: Ref): Op {
    yield* this.#lock(steps.spin_lock, at, 'held');
  }
  *spin_unlock(at: Ref): Op {
    yield* this.#unlock(steps.spin_unlock, at, 'held');
  }
  *spin_trylock(at: Ref): Op<boolean> {
    const step = this.#step(steps.spin_trylock, { lock: at });
    const taken = (yield step) === 1;
    if (taken && !this.#lost) this.#held.push({ lock: step.cells[0]!, mode: 'held' });
    return taken;
  }
  *down_read(at: Ref): Op {
    yield* this.#lock(steps.down_read, at, 'read');
  }
  *up_read(at: Ref): Op {
    yield* this.#unlock(steps.up_read, at, 'read');
  }
  *down_write(at: Ref): Op {
    yield* this.#lock(steps.down_write, at, 'write');
  }
  *up_write(at: Ref): Op {
    yield* this.#unlock(steps.up_write, at, 'write');
  }
  *#lock(kind: LockStep, at: Ref, mode: 'held' | 'read' | 'write'): Op {
    if (this.#leadsNowhere(at)) {
      yield this.#step(kind, { lock: at });
      return;
    }
    const lock = this.parts.layout.cell(at);
    if (!this.#opens('lock', lock)) yield this.#step(kind, { lock: at });
    this.#held.push({ lock, mode });
  }
  *#unlock(kind: LockStep, at: Ref, mode: 'held' | 'read' | 'write'): Op {
    if (this.#leadsNowhere(at)) {
      yield this.#step(kind, { lock: at });
      return;
    }
    const lock = this.parts.layout.cell(at);
    const i = this.#held.findLastIndex((h) => h.lock === lock && h.mode === mode);
    if (i < 0)
      yield* this.#unbalanced(
        `makes ${kind.kind} of ${this.parts.layout.name(lock)}, which it does not hold${mode === 'held' ? '' : ` for ${mode === 'read' ? 'reading' : 'writing'}`}`,
      );
    if (!this.#closes(lock)) yield this.#step(kind, { lock: at });
    if (i >= 0) this.#held.splice(i, 1);
  }
  /** A violation, by which the search ends; nothing where all is in order. */
  *#unbalanced(why: string): Op {
    yield this.#step(steps.unbalanced, { why });
  }

  // Interrupts, other CPUs, RCU
  *local_irq_save(): Op {
    yield* this.#enterSection(steps.local_irq_save, 'irq-off', `irq-off/${this.stack.at(-1)}`);
  }
  *local_irq_restore(): Op {
    yield* this.#leaveSection(steps.local_irq_restore, 'local_irq_save', `irq-off/${this.stack.at(-1)}`);
  }
  *hard_irq_disable(): Op {
    yield* this.#enterSection(steps.hard_irq_disable, 'irq-off', `irq-off/${this.stack.at(-1)}`);
  }
  *hard_irq_enable(): Op {
    yield* this.#leaveSection(steps.hard_irq_enable, 'hard_irq_disable', `irq-off/${this.stack.at(-1)}`);
  }
  *#enterSection(kind: SectionStep, step: Synchronising, what: string): Op {
    if (!this.#opens(step, what)) yield this.#step(kind, {});
    this.#sections.push(kind.kind as Section);
  }
  *#leaveSection(kind: SectionStep, section: Section, what: string): Op {
    const i = this.#sections.lastIndexOf(section);
    if (i < 0) yield* this.#unbalanced(`makes ${kind.kind} without ${section}`);
    // RCU may end anywhere; the two ways to turn interrupts off have to nest: to restore the outer one would end the inner one too.
    const inner =
      i < 0 || section === 'rcu_read_lock'
        ? undefined
        : this.#sections.slice(i + 1).find((other) => other !== 'rcu_read_lock');
    if (inner) yield* this.#unbalanced(`makes ${kind.kind} before it has undone ${inner}, which came after ${section}`);
    if (!this.#closes(what)) yield this.#step(kind, {});
    if (i >= 0) this.#sections.splice(i, 1);
  }
  *smp_send(mask: CpuMask, handler: IpiHandler, info: Info): Op {
    const others = without(mask & this.online, this.id);
    const record = { name: handler.handlerName, handler, info: structuredClone(info) };
    if (others && !this.#without('kick'))
      yield this.#step(steps.ipi_send, { to: others, call: this.parts.records.idOf(record, handler.handlerName) });
  }
  *smp_wait(mask: CpuMask, why: string): Op {
    const others = without(mask & this.online, this.id);
    if (others && !this.#without('kick-wait')) yield this.#step(steps.ipi_wait, { to: others, why });
  }
  *smp_call_function_many(mask: CpuMask, handler: IpiHandler, info: Info): Op {
    yield* this.smp_send(mask, handler, info);
    yield* this.smp_wait(mask, `every target of ${handler.handlerName} has run it`);
  }
  *rcu_read_lock(): Op {
    yield* this.#enterSection(steps.rcu_read_lock, 'rcu-read', 'rcu-read');
  }
  *rcu_read_unlock(): Op {
    yield* this.#leaveSection(steps.rcu_read_unlock, 'rcu_read_lock', 'rcu-read');
  }
  *call_rcu(callback: RcuCallback, info: Info): Op {
    if (this.#without('grace-period')) {
      yield* this.within(callback.callbackName, () => callback.body(this, info));
      return;
    }
    const record = { name: callback.callbackName, callback, info: structuredClone(info) };
    yield this.#step(steps.call_rcu, { callback: this.parts.records.idOf(record, callback.callbackName) });
  }
  *synchronize_rcu(): Op {
    if (this.#without('grace-period')) return;
    yield this.#step(steps.rcu_sync, {});
    yield this.#step(steps.rcu_wait, { why: 'readers that existed when it began have left' });
  }

  // The MMU
  *user_access(access: Access): Op<AccessResult> {
    this.#seen.clear(); // a new attempt
    if (!this.#isAddress(access.va)) {
      // no table leads there
      yield* this.access_fault(access);
      return 'fault';
    }
    const found = yield this.#step(steps.mmu_lookup, accessed(access));
    if (found === HIT) return 'done';
    if (this.spec.translate)
      return yield* this.spec.translate(this, access, found === RIGHTS_FAULT ? 'not permitted' : 'not remembered');
    if (found === RIGHTS_FAULT) return 'fault';
    return yield* hardwareWalk(this, access, found);
  }
  *speculate(va: number): Op {
    if (!this.spec.translate && this.#isAddress(va)) yield* speculativeWalk(this, va);
  }
  *write_root(table: Table, asid: number): Op {
    yield* this.spec.write_root ? this.spec.write_root(this, table, asid) : this.load_root(table, asid);
  }
  *load_root(table: Table, asid: number): Op {
    yield table === 0
      ? this.#step(steps.mmu_root, { table, asid })
      : this.#stepOn(tableCells.life(table), steps.mmu_root, { table, asid });
  }
  *flush_local(what: Invalidation): Op {
    if (!this.#without('flush')) yield this.#step(steps.tlb_local, { what: this.parts.records.idOf(what) });
  }
  *tlbi_broadcast(what: Invalidation, to = this.online): Op {
    if (!this.#without('flush'))
      yield this.#step(steps.tlb_broadcast, { what: this.parts.records.idOf(what), to: to & this.online });
  }
  *tlbi_sync(name: string): Op {
    if (!this.#without('flush-wait')) yield this.#step(steps.tlb_sync, { why: name });
  }
  *access_done(access: Access, level: Level, entry: Entry): Op {
    yield* this.finish(access, level, entry, 0);
  }
  *access_fault(access: Access): Op {
    yield this.#step(steps.mmu_fault, { va: access.va });
  }
  #isAddress(va: number): boolean {
    return va >= 0 && va < spaceOf(this.geometry);
  }
  /** The hardware walker reads an entry of `level`. */
  *walkRead(at: Ref, va: number, level: Level): Op<Entry> {
    return yield this.#step(steps.mmu_walk, { at, va, level });
  }
  /** The hardware makes the access through `entry`, after setting `flags` in it at `at`. Observes as `mmu.finish` says. */
  *finish(access: Access, level: Level, entry: Entry, flags: number, at?: Ref): Op<number> {
    const frame = pageCells.life(frameAt(this.parts, level, entry, access.va));
    if (this.#leadsNowhere(frame)) return yield this.#wild(frame);
    return yield this.#step(steps.mmu_finish, { at, ...accessed(access), level, entry, flags });
  }

  /** A walk for nobody begins. Observes as a lookup: HIT, where the walk starts, or 0. */
  *prefetch(va: number): Op<number> {
    return yield this.#step(steps.mmu_prefetch, { va });
  }
  /** The walker came upon a table where only a leaf can be. */
  *wrongLeaf(table: Table): Op {
    yield this.#wild(pageCells.life(0 - table));
  }
  /** A walk for nobody ends, with a leaf (remembered if it may be) or without. */
  *fill(va: number, level: Level, entry: Entry): Op {
    yield this.#step(steps.mmu_fill, { va, level, entry });
  }

  // Memory allocation
  *alloc_pages(order: number): Op<Pfn> {
    const pfn = yield this.#step(steps.page_alloc, { order });
    return pfn === NOTHING_LEFT ? yield* this.#outOf('frames') : pfn;
  }
  *free_pages(pfn: Pfn): Op {
    yield this.#stepOn(pageCells.life(pfn), steps.page_free, { frame: pfn });
  }
  *alloc_table(level: Level): Op<Table> {
    const table = yield this.#step(steps.table_alloc, { level });
    return table === NOTHING_LEFT ? yield* this.#outOf('tables') : table;
  }
  /** Not a mistake: a loop that allocates may come here on some of its ways, and what others show is shown all the same. */
  *#outOf(what: 'frames' | 'tables'): Op<never> {
    return yield* this.give_up(
      `cpu${this.id} has no ${what} left of its ${this.parts.pool[what]}: give the scenario a larger pool.${what}, or see who allocates again and again`,
    );
  }
  *free_table(table: Table): Op {
    if (this.#leadsNowhere(tableCells.life(table))) yield this.#wild(tableCells.life(table));
    else yield* this.#write(steps.table_free, { table });
  }

  // Claims
  *note(note: KernelNote): Op {
    if (this.parts.followers.steps.has(note.kind)) yield this.#step(steps.notes[note.kind], { note });
  }
  *bug_on(condition: boolean, text: string): Op {
    if (condition) yield this.#step(steps.bug, { why: text });
  }
  *refuse_if(broken: boolean, rule: string): Op {
    if (broken) yield this.#step(steps.refused, { why: rule });
  }
  *special<O extends Operands>(kind: StepKind<O>, operands: Given<O>): Op<number> {
    return yield this.#step(kind, operands);
  }
  *give_up(what: Limit | string): Op<never> {
    for (;;) yield this.#step(steps.bound, { why: typeof what === 'string' ? what : what.says });
  }

  /** A write to a page table may be refused (`MachineSpec.writeTrap`); then the code sees nothing of what is there. */
  *#write<O extends Operands>(kind: StepKind<O>, operands: Given<O>, at?: Ref): Op<number> {
    if (at && this.#seen.size > 0 && !this.#leadsNowhere(at)) this.#seen.delete(this.parts.layout.cell(at));
    const seen = yield this.#step(kind, operands);
    const { writeTrap } = this.spec;
    if (!writeTrap || seen >= 0 || (at && at.region !== tableCells.entry)) return seen;
    yield* this.refuse_if(true, writeTrap.rules[-seen - 1] ?? '');
    return 0;
  }

  /** Code under test may compute any address: to use one where nothing is breaks a claim, and is no mistake of who runs it. */
  #wild(at: Ref): Step {
    if (this.#lost) return this.#crashed();
    this.#lost = true;
    return this.#made(steps.wild, { why: tellWild(this.parts.layout, at) });
  }
  #crashed(): Step {
    return this.#made(steps.bound, { why: CRASHED });
  }
  #leadsNowhere(at: Ref): boolean {
    return leadsNowhere(this.parts.layout, at);
  }
  /** The step, unless what an operand of it names does not exist. */
  #stepOn<O extends Operands>(at: Ref, kind: StepKind<O>, operands: Given<O>): Step {
    return this.#leadsNowhere(at) ? this.#wild(at) : this.#step(kind, operands);
  }

  #step<O extends Operands>(kind: StepKind<O>, operands: Given<O>): Step {
    this.resumed(this.stack);
    return this.#lost ? this.#crashed() : this.#made(kind, operands);
  }
  #made<O extends Operands>(kind: StepKind<O>, operands: Given<O>): Step {
    return kind.make(this.id, operands, this.#resolve) ?? this.#wild(this.#wildAt!);
  }
  /** What was named last that leads nowhere. */
  #wildAt: Ref | undefined;
  readonly #resolve = (at: Ref): Cell => {
    if (!this.#leadsNowhere(at)) return this.parts.layout.cell(at);
    this.#wildAt = at;
    return -1;
  };
}

/** An access as steps carry it. */
const accessed = ({ va, kind, token }: Access): { va: Va; write: boolean; token: number } => ({
  va,
  write: kind === 'write',
  token,
});
