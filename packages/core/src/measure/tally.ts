/** Counts what happens while an operation runs, and remembers which function caused it. */
import type { CallWatcher, SimCpu } from '../machine/cpu.ts';
import type { Records } from '../machine/records.ts';
import { steps } from '../machine/steps/index.ts';
import type { Call as Ipi } from '../machine/steps/interrupts/calls.ts';
import { cpusOf, type CpuId } from '../words/address.ts';
import type { Invalidation } from '../words/cpu.ts';
import type { Amounts, CountedNames, TlbInstruction } from '../words/spec.ts';
import type { Step } from '@shootdown/explorer';

/** What is counted of every operation, with the names of the reference data. */
export const COLUMNS = ['ipis', 'tlbIpis', 'syncIpis', 'lazyExitIpis', 'flushCalls', 'syncKicks'] as const;
export type Column = (typeof COLUMNS)[number];
export type Columns = Record<Column, number>;

/** What a call tree shows: a function, one that counts as a flush or as a wait for walkers, an interrupt. */
export type NodeKind = 'function' | 'flush' | 'kick' | 'ipi';
export interface CallNode {
  readonly name: string;
  readonly kind: NodeKind;
  readonly cpu: CpuId;
  /** Of an interrupt: who gets it. */
  readonly to?: readonly CpuId[];
  readonly children: readonly CallNode[];
  /** How many like this stand here one after another. */
  readonly times: number;
}
interface Growing extends CallNode {
  readonly children: Growing[];
  /** Invalidations made in it so far. */
  invalidated: number;
}

/** Hooks that wait until walkers without locks have left. */
const KICKS = ['tlb_remove_table_sync_one', 'serialize_against_pte_lookup', 'kick_all_cpus_sync'];

/** What counts on an architecture that does not say. */
const PLAIN: CountedNames = { flushes: ['flush_tlb_mm', 'flush_tlb_range', 'flush_tlb_page', 'tlb_flush'], ipis: {} };

/** What a tally has to know of what it counts. */
export interface Counted {
  /** What counts as what on the architecture. */
  readonly names: CountedNames | undefined;
  /** Numbers of the machine. */
  readonly number: (name: string) => number;
  /** Are there waits for walkers? Without RCU table freeing the call is compiled to nothing. */
  readonly syncs: boolean;
  readonly measured: CpuId;
  /** The function that is a hook's body, where it has another name than the hook: `radix__tlb_flush`. */
  readonly symbolOf: (hook: string) => string | undefined;
}

export class Tally implements CallWatcher {
  readonly columns: Columns = { ipis: 0, tlbIpis: 0, syncIpis: 0, lazyExitIpis: 0, flushCalls: 0, syncKicks: 0 };
  /**
   * Functions entered: on the measured CPU by name, on others as `name@other`. Instructions: `insn:name@cpu0` and
   * `insn:name@other`. Calls of a hypervisor by their own names.
   */
  readonly calls: Record<string, number> = {};
  /** Steps of the machine while it counts, and in all. */
  steps = 0;
  stepsInAll = 0;
  #on = false;
  #roots: Growing[] = [];
  /** Where code is on each CPU. An interrupt handler stands on top of what it interrupts. */
  readonly #stacks = new Map<CpuId, Growing[]>();
  #lastIpi: Growing | undefined;
  readonly #names: CountedNames;

  constructor(private readonly of: Counted) {
    this.#names = of.names ?? PLAIN;
  }

  /** From here on everything counts; the call tree begins anew. */
  start(): void {
    this.#on = true;
    this.#roots = [];
    this.#stacks.clear();
    this.#lastIpi = undefined;
  }
  stop(): void {
    this.#on = false;
  }
  /** What the counted part since the last start did: the ways to flushes, interrupts and waits, nothing else. */
  get tree(): readonly CallNode[] {
    return folded(this.#roots);
  }

  enter({ id }: SimCpu, name: string): void {
    if (!this.#on) return;
    // A handler was counted when the interrupt was sent: one that does nothing is never entered.
    const isHandler = this.#stackOf(id).length === 0 && id !== this.of.measured && name === this.#lastIpi?.name;
    if (!isHandler) this.#countCall(id, name);
    const isKick = KICKS.includes(name) && (this.of.syncs || name !== 'tlb_remove_table_sync_one');
    const isFlush = this.#names.flushes.includes(name);
    if (isKick) this.columns.syncKicks++;
    if (isFlush) this.columns.flushCalls++;
    const node = this.#add(id, {
      name,
      kind: isKick ? 'kick' : isFlush ? 'flush' : 'function',
      cpu: id,
      children: [],
      times: 1,
      invalidated: 0,
    });
    this.#stackOf(id).push(node);
  }

  leave({ id }: SimCpu): void {
    if (!this.#on) return;
    const stack = this.#stackOf(id);
    const left = stack.pop();
    if (!left) return;
    const into = stack.at(-1);
    if (into) into.invalidated += left.invalidated;
    this.#countAll(this.#names.hypercalls?.(left.name, left.invalidated) ?? {}, (name) => name);
  }

  step(step: Step, records: Records): void {
    this.stepsInAll++;
    if (!this.#on) return;
    this.steps++;
    const instruction = instructionOf(step, records);
    if (instruction) this.#countInstruction(step.cpu, instruction);
    if (this.#names.flushes.includes(step.kind)) {
      this.columns.flushCalls++;
      this.#add(step.cpu, {
        name: step.why ?? step.kind,
        kind: 'flush',
        cpu: step.cpu,
        children: [],
        times: 1,
        invalidated: 0,
      });
    }
    if (step.kind !== steps.ipi_send.kind) return;
    const { to: mask, call } = steps.ipi_send.of(step);
    const to = cpusOf(mask);
    const { name } = records.get(call) as Ipi;
    this.columns.ipis += to.length;
    if (to.length > 0) this.#count(`${name}@other`, to.length);
    this.columns[this.#names.ipis[name] ?? 'syncIpis'] += to.length;
    this.#lastIpi = this.#add(step.cpu, {
      name,
      kind: 'ipi',
      cpu: step.cpu,
      to,
      children: [],
      times: 1,
      invalidated: 0,
    });
  }

  #count(name: string, amount = 1): void {
    this.calls[name] = (this.calls[name] ?? 0) + amount;
  }
  #countAll(amounts: Amounts, as: (name: string) => string): void {
    for (const [name, amount] of Object.entries(amounts)) if (amount !== 0) this.#count(as(name), amount);
  }
  #countCall(id: CpuId, name: string): void {
    const where = id === this.of.measured ? '' : '@other';
    // A body that only calls the function of its own name is that function.
    const outer = this.#stackOf(id).at(-1);
    if (outer === undefined || this.of.symbolOf(outer.name) !== name) this.#count(name + where);
    const symbol = this.of.symbolOf(name);
    if (symbol !== undefined && symbol !== name) this.#count(symbol + where);
  }
  #countInstruction(id: CpuId, instruction: TlbInstruction): void {
    if (instruction.does === 'local' || instruction.does === 'broadcast') {
      const frame = this.#stackOf(id).at(-1);
      if (frame) frame.invalidated++;
    }
    this.#countAll(
      this.#names.instructions?.(instruction, this.of.number) ?? {},
      (name) => `insn:${name}@${id === this.of.measured ? 'cpu0' : 'other'}`,
    );
  }
  #stackOf(cpu: CpuId): Growing[] {
    let stack = this.#stacks.get(cpu);
    if (!stack) this.#stacks.set(cpu, (stack = []));
    return stack;
  }
  #add(cpu: CpuId, node: Growing): Growing {
    const inside = this.#stackOf(cpu).at(-1) ?? (cpu === this.of.measured ? undefined : this.#lastIpi);
    (inside?.children ?? this.#roots).push(node);
    return node;
  }
}

function instructionOf(step: Step, records: Records): TlbInstruction | undefined {
  const invalidation = (record: number): Invalidation => records.get(record) as Invalidation;
  switch (step.kind) {
    case steps.tlb_local.kind:
      return { does: 'local', what: invalidation(steps.tlb_local.of(step).what) };
    case steps.tlb_broadcast.kind:
      return { does: 'broadcast', what: invalidation(steps.tlb_broadcast.of(step).what) };
    case steps.tlb_sync.kind:
      return { does: 'sync' };
    case steps.mmu_root.kind:
      return { does: 'root' };
    default:
      return undefined;
  }
}

/** Leaves out what leads to nothing that counts, and folds what repeats. */
function folded(nodes: readonly CallNode[]): CallNode[] {
  const out: CallNode[] = [];
  for (const node of nodes) {
    const children = folded(node.children);
    if (node.kind === 'function' && children.length === 0 && !isInHandler(node)) continue;
    const kept: CallNode = {
      name: node.name,
      kind: node.kind,
      cpu: node.cpu,
      ...(node.to ? { to: node.to } : {}),
      children,
      times: node.times,
    };
    const last = out.at(-1);
    if (last && sameCalls(last, kept)) out[out.length - 1] = { ...last, times: last.times + 1 };
    else out.push(kept);
  }
  return out;
}

/** What other CPUs do in an interrupt is shown, too. */
const isInHandler = (node: CallNode): boolean => node.cpu !== 0;
const sameCalls = (a: CallNode, b: CallNode): boolean =>
  a.name === b.name &&
  a.cpu === b.cpu &&
  String(a.to) === String(b.to) &&
  a.children.length === b.children.length &&
  a.children.every((child, i) => child.times === b.children[i]?.times && sameCalls(child, b.children[i]));
