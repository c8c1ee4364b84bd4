/** Watches an execution move by move: who cannot move and for whom it waits, and which step let which other one happen. */
import type { Cell } from '../api/cell.ts';
import type { Step } from '../api/step.ts';
import type { System } from '../api/system.ts';
import type { Edge, Held, Wait } from '../api/trace.ts';
import type { MadeMove, World } from './world.ts';

interface Written {
  readonly process: number;
  readonly step: number;
}
type OpenWait = Omit<Wait, 'until'>;

/** Asked before and after each move. */
export class Causes {
  readonly waits: Wait[] = [];
  readonly edges: Edge[] = [];
  readonly #open = new Map<number, OpenWait>();
  readonly #written = new Map<Cell, Written>();
  /** Cells for which a process has waited since its last step. */
  readonly #waitedFor = new Map<number, Set<Cell>>();

  /** @param heldBy what each process holds, by its number */
  constructor(
    private readonly system: System,
    private readonly world: World,
    private readonly heldBy: ReadonlyMap<number, readonly Held[]>,
  ) {
    this.#look(0);
  }

  /** @param step its number, from 1 */
  moved(process: number, move: MadeMove, step: number): void {
    this.#connect(process, move, step);
    for (const cell of move.before.keys()) this.#written.set(cell, { process, step });
    this.#waitedFor.delete(process);
    this.#look(step);
  }

  /** Waits that never ended come last. */
  end(): void {
    this.waits.push(...this.#open.values());
    this.waits.sort((a, b) => a.from - b.from);
  }

  /** Edges to a step: from who sent what it takes, and from who ended what it waited for. */
  #connect(process: number, { step: made, before }: MadeMove, step: number): void {
    const { depicts, names } = this.system;
    const waited = this.#waitedFor.get(process) ?? new Set<Cell>();
    for (const cell of new Set([...this.#needs(process, made), ...waited])) {
      const last = this.#written.get(cell);
      if (last === undefined || last.process === process) continue;
      const kind = depicts?.channel(cell);
      if (kind === undefined && !waited.has(cell)) continue;
      // Whoever got a lock at once needed nobody's leave.
      if (kind === 'lock' && !waited.has(cell)) continue;
      this.edges.push({
        kind: kind ?? 'wait',
        from: last.step,
        to: step,
        cell: names.name(cell),
        ...((before.get(cell) ?? this.world.get(cell)) === 0 && { answer: true as const }),
        ...(waited.has(cell) && { waited: true as const }),
      });
    }
  }

  #needs(process: number, step: Step): readonly Cell[] {
    const gates = this.system.processes[process]!.gates ?? [];
    return [...(this.system.meaning(step.kind).needs?.(step).cells ?? []), ...gates];
  }

  /** Who cannot move now, and who can again? */
  #look(step: number): void {
    for (const [p, { process, step: next, history, where }] of this.world.threads.entries()) {
      const sets = next === undefined || next.kind === 'bound' ? [] : this.#blocking(p, next);
      const cells = [...new Set(sets.flat())];
      const idle = process.role === 'daemon' && history.length === 0 && this.#isIdle(sets);
      if (cells.length === 0 || idle) {
        this.#close(p, step);
        continue;
      }
      const waited = this.#waitedFor.get(p) ?? new Set();
      this.#waitedFor.set(p, waited);
      for (const cell of cells) waited.add(cell);
      const wait = this.#waitOf(p, cells, { from: step, where, why: next?.why ?? next?.kind ?? '' });
      const open = this.#open.get(p);
      if (open && isSame(open, wait)) continue;
      this.#close(p, step);
      this.#open.set(p, wait);
    }
  }

  #close(p: number, step: number): void {
    const open = this.#open.get(p);
    if (!open) return;
    this.#open.delete(p);
    // One that was over before anything happened was none.
    if (open.from < step) this.waits.push({ ...open, until: step });
  }

  /** Cells of which some have to change before process `p` can make its next step, set by set. Empty: it can. */
  #blocking(p: number, next: Step): readonly (readonly Cell[])[] {
    const gate = this.world.closedGate(p);
    if (gate !== undefined) return [[gate]];
    if (this.world.outcomes(p) > 0) return [];
    const sets = this.system.meaning(next.kind).needs?.(next).enablingSets(this.world) ?? [];
    return sets.length > 0 ? sets : [next.cells];
  }

  /** A daemon that nobody has given anything to do is not waiting: all cells are 0 by which it would be told. */
  #isIdle(sets: readonly (readonly Cell[])[]): boolean {
    return sets.some((cells) => cells.every((cell) => this.world.get(cell) === 0));
  }

  #waitOf(p: number, cells: readonly Cell[], rest: Pick<Wait, 'from' | 'where' | 'why'>): OpenWait {
    const { names, processes } = this.system;
    return {
      process: processes[p]!.name,
      ...rest,
      cells: cells.map((cell) => names.name(cell)),
      on: [...new Set(cells.flatMap((cell) => this.#awaited(p, cell)))],
      ...(this.world.closedGate(p) !== undefined && { interrupted: true as const }),
    };
  }

  #awaited(p: number, cell: Cell): readonly string[] {
    const { depicts, names, processes } = this.system;
    const known = depicts?.awaited(cell, this.world.get(cell)) ?? [];
    if (known.length > 0) return known;
    const name = names.name(cell);
    const holders = [...this.heldBy].filter(([q, held]) => q !== p && held.some((one) => one.cell === name));
    if (holders.length > 0) return holders.map(([q]) => processes[q]!.name);
    const last = this.#written.get(cell);
    return last === undefined || last.process === p ? [] : [processes[last.process]!.name];
  }
}

const isSame = (a: OpenWait, b: OpenWait): boolean => a.cells.join() === b.cells.join() && a.on.join() === b.on.join();
