/** Images of local states under the symmetries that a system declares. */
import { Mistake } from '../mistakes.ts';
import type { Column, Symmetry, System } from '../words/system.ts';
import type { Automaton } from './automaton.ts';
import type { Footprints } from './footprints.ts';
import type { Mutant } from './reductions.ts';
import { sameNumbers, tellStep } from './resume.ts';

/**
 * What is learned of one process is true of its image. Without that, a search that visits only one of two states that are images of
 * each other would know one half of what each of the two processes may do, and draw conclusions from the half it lacks.
 */
export class Mirror {
  readonly maps: readonly Symmetry[];
  /** Per symmetry and node: its image. */
  private readonly nodes: number[][];
  /** Edges that have their images. */
  private mirrored = 0;

  /** @throws Mistake SD_BAD_SYMMETRY when processes, gates or initial values differ from those of their images */
  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {
    this.maps = system.symmetries ?? [];
    this.nodes = this.maps.map(() => []);
    for (const map of this.maps) this.mustBegin(map);
  }

  /** The local state that the image of a process is in: its code, fed with the images of what was observed. `which` counts from 0. */
  nodeOf(which: number, node: number): number {
    const images = this.nodes[which]!;
    const known = images[node];
    if (known !== undefined) return known;
    const { automaton } = this;
    const map = this.maps[which]!;
    const p = map.process(automaton.processOf[node]!);
    const edge = automaton.edgeInto(node);
    let image: number;
    if (automaton.steps[node] === undefined) image = automaton.endOf(p);
    else if (edge < 0) image = automaton.roots[p]!;
    else image = this.follow(which, edge);
    this.mustFit(map, node, image);
    return (images[node] = image);
  }

  /** Learns of every process what is known of its images: edges, and what steps touch. */
  close(footprints: Footprints): void {
    if (this.mutants.has('images know alike')) return;
    const { edges } = this.automaton;
    for (; this.mirrored < edges.count; this.mirrored++) {
      for (let which = 0; which < this.maps.length; which++) {
        const to = this.follow(which, this.mirrored);
        const wanted = this.nodeOf(which, edges.to[this.mirrored]!);
        if (to !== wanted) throw this.unfit(`${tellStep(this.automaton.steps[wanted])} and ${tellStep(this.automaton.steps[to])} come after images of one step`);
      }
    }
    // A row may get bits from an image that had them from another: until nothing is new, which one round mostly does.
    for (let before = -1; before !== footprints.version;) {
      before = footprints.version;
      for (const map of this.maps) footprints.mirrorFinals((cell) => map.cell(cell));
      for (let node = 0; node < this.automaton.nodeCount; node++)
        for (let which = 0; which < this.maps.length; which++) footprints.mirror(node, this.nodeOf(which, node), (cell) => this.maps[which]!.cell(cell));
    }
  }

  /** @throws Mistake SD_BAD_SYMMETRY unless the symmetries are all orders of these columns, and nothing else takes part in them */
  mustOrder(columns: readonly Column[]): void {
    const orders = new Set<string>();
    const inside = new Set(columns.flatMap(({ cells }) => cells));
    for (const map of this.maps) {
      const order = columns.map(({ processes }) => columns.findIndex((there) => there.processes[0] === map.process(processes[0]!)));
      orders.add(order.join());
      columns.forEach((column, c) => {
        const there = columns[order[c]!];
        const fits = there && sameNumbers(column.processes.map((p) => map.process(p)), there.processes) && sameNumbers(column.cells.map((cell) => map.cell(cell)), there.cells);
        if (!fits) throw this.unfit(`column ${c} is not mapped to another one, part by part`);
      });
      for (let cell = 0; cell < this.system.cellCount; cell++)
        if (!inside.has(cell) && map.cell(cell) !== cell) throw this.unfit(`${this.system.names.name(cell)} belongs to no column, and has another cell for its image`);
        else if (SAMPLES.some((value) => map.value(cell, value) !== value)) throw this.unfit(`values of ${this.system.names.name(cell)} change where columns change places`);
    }
    const all = columns.reduce((product, _, c) => product * (c + 1), 1);
    if (orders.size !== all - 1) throw this.unfit(`of the ${all} orders of columns only ${orders.size + 1} are symmetries`);
  }

  /** Where the image of an edge leads. */
  private follow(which: number, edge: number): number {
    const { automaton } = this;
    const from = automaton.edges.from[edge]!;
    const observed = automaton.edges.observed[edge]!;
    const mapped = this.mutants.has('observed values are mapped') ? observed : this.maps[which]!.observed(automaton.steps[from]!, observed);
    return automaton.edges.to[automaton.follow(this.nodeOf(which, from), mapped)]!;
  }

  private mustBegin(map: Symmetry): void {
    const { system } = this;
    system.processes.forEach((process, p) => {
      const there = system.processes[map.process(p)];
      const gates = (process.gates ?? []).map((gate) => map.cell(gate));
      if (there?.role !== process.role || !sameNumbers(sorted(gates), sorted(there.gates ?? []))) throw this.unfit(`${process.name} and its image differ in role or gates`);
    });
    for (let cell = 0; cell < system.cellCount; cell++)
      if (system.initial(map.cell(cell)) !== map.value(cell, system.initial(cell))) throw this.unfit(`${system.names.name(cell)} and its image begin with other values`);
  }

  private mustFit(map: Symmetry, node: number, image: number): void {
    const { steps, checks } = this.automaton;
    const [step, there] = [steps[node], steps[image]];
    if (step === undefined && there === undefined) return;
    const alike = step && there && step.kind === there.kind && sameNumbers(step.cells.map((cell) => map.cell(cell)), there.cells);
    if (!alike) throw this.unfit(`the image of ${tellStep(step)} does ${tellStep(there)}`);
    const claims = (of: number): string => checks[of]!.map(({ claim }) => claim).sort().join('\n');
    if (claims(node) !== claims(image)) throw this.unfit(`at ${tellStep(step)} and its image other claims are judged`);
  }

  private unfit(what: string): Mistake {
    const { processes } = this.system;
    return new Mistake('SD_BAD_SYMMETRY', `a declared symmetry of ${processes.map(({ name }) => name).join(', ')} is none: ${what}`, 'Permute processes, cells, values and observed values alike, or declare none.');
  }
}

/** Small values are those that masks and numbers of processes have. */
const SAMPLES = [0, 1, 2, 3, 4, 5, 6, 7, 8];

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
