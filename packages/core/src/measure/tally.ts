/** Counts what happens while an operation runs, and remembers which function caused it. */
import type { CallWatcher, SimCpu } from '../machine/cpu.ts';
import type { Call as Ipi } from '../machine/meanings/interrupts.ts';
import type { Records } from '../machine/records.ts';
import { cpusOf, type CpuId } from '../words/address.ts';
import type { CountedNames } from '../words/spec.ts';
import type { Step } from '../words/step.ts';

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
}

/** Hooks that wait until walkers without locks have left. */
const KICKS = ['tlb_remove_table_sync_one', 'serialize_against_pte_lookup', 'kick_all_cpus_sync'];

/** What counts on an architecture that does not say. */
const PLAIN: CountedNames = { flushes: ['flush_tlb_mm', 'flush_tlb_range', 'flush_tlb_page', 'tlb_flush'], ipis: {} };

export class Tally implements CallWatcher {
  readonly columns: Columns = { ipis: 0, tlbIpis: 0, syncIpis: 0, lazyExitIpis: 0, flushCalls: 0, syncKicks: 0 };
  /** Functions entered: on the measured CPU by name, on others as `name@other`. Steps by kind as `step:kind`. */
  readonly calls: Record<string, number> = {};
  #on = false;
  #roots: Growing[] = [];
  /** Where code is on each CPU. An interrupt handler stands on top of what it interrupts. */
  readonly #stacks = new Map<CpuId, Growing[]>();
  #lastIpi: Growing | undefined;
  readonly #names: CountedNames;

  /**
   * @param names what counts as what on the architecture
   * @param syncs are there waits for walkers? Without RCU table freeing the call is compiled to nothing
   */
  constructor(names: CountedNames | undefined, private readonly syncs: boolean, private readonly measured: CpuId) {
    this.#names = names ?? PLAIN;
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
    this.#count(id === this.measured ? name : `${name}@other`);
    const isKick = KICKS.includes(name) && (this.syncs || name !== 'tlb_remove_table_sync_one');
    const isFlush = this.#names.flushes.includes(name);
    if (isKick) this.columns.syncKicks++;
    if (isFlush) this.columns.flushCalls++;
    const node = this.#add(id, { name, kind: isKick ? 'kick' : isFlush ? 'flush' : 'function', cpu: id, children: [], times: 1 });
    this.#stackOf(id).push(node);
  }

  leave({ id }: SimCpu): void {
    if (this.#on) this.#stackOf(id).pop();
  }

  step(step: Step, records: Records): void {
    if (!this.#on) return;
    this.#count(`step:${step.kind}${step.cpu === this.measured ? '' : '@other'}`);
    if (this.#names.flushes.includes(step.kind)) {
      this.columns.flushCalls++;
      this.#add(step.cpu, { name: step.why ?? step.kind, kind: 'flush', cpu: step.cpu, children: [], times: 1 });
    }
    if (step.kind !== 'ipi.send') return;
    const to = cpusOf(step.args[0] ?? 0);
    const { name } = records.get(step.args[1] ?? 0) as Ipi;
    this.columns.ipis += to.length;
    this.columns[this.#names.ipis[name] ?? 'syncIpis'] += to.length;
    this.#lastIpi = this.#add(step.cpu, { name, kind: 'ipi', cpu: step.cpu, to, children: [], times: 1 });
  }

  #count(name: string): void {
    this.calls[name] = (this.calls[name] ?? 0) + 1;
  }
  #stackOf(cpu: CpuId): Growing[] {
    let stack = this.#stacks.get(cpu);
    if (!stack) this.#stacks.set(cpu, (stack = []));
    return stack;
  }
  #add(cpu: CpuId, node: Growing): Growing {
    const inside = this.#stackOf(cpu).at(-1) ?? (cpu === this.measured ? undefined : this.#lastIpi);
    (inside?.children ?? this.#roots).push(node);
    return node;
  }
}

/** Leaves out what leads to nothing that counts, and folds what repeats. */
function folded(nodes: readonly CallNode[]): CallNode[] {
  const out: CallNode[] = [];
  for (const node of nodes) {
    const children = folded(node.children);
    if (node.kind === 'function' && children.length === 0 && !isInHandler(node)) continue;
    const kept: CallNode = { ...node, children };
    const last = out.at(-1);
    if (last && sameCalls(last, kept)) out[out.length - 1] = { ...last, times: last.times + 1 };
    else out.push(kept);
  }
  return out;
}

/** What other CPUs do in an interrupt is shown, too. */
const isInHandler = (node: CallNode): boolean => node.cpu !== 0;
const sameCalls = (a: CallNode, b: CallNode): boolean =>
  a.name === b.name && a.cpu === b.cpu && String(a.to) === String(b.to) && a.children.length === b.children.length && a.children.every((child, i) => child.times === b.children[i]?.times && sameCalls(child, b.children[i] as CallNode));
