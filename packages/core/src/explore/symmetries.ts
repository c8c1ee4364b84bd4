/** Images of states under the symmetries that a system declares. */
import { Mistake } from '../mistakes.ts';
import type { Cell } from '../words/cells.ts';
import type { Symmetry, System } from '../words/system.ts';
import type { Automaton } from './automaton.ts';
import { HEADER, type Layout } from './layout.ts';
import type { Mutant } from './reductions.ts';
import { sameNumbers, tellStep } from './resume.ts';

/** Row 0 is the identity; the others are the declared symmetries, which must be a group together with it. */
export class Symmetries {
  readonly count: number;
  private readonly maps: readonly Symmetry[];
  /** Per symmetry and node: its image. */
  private readonly nodes: number[][];

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly layout: Layout,
    private readonly addCell: (cell: Cell) => number,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {
    this.maps = system.symmetries ?? [];
    this.count = 1 + this.maps.length;
    this.nodes = this.maps.map(() => []);
  }

  /** Writes the image of the record `from` under symmetry `which` (not 0) into `to`. */
  image(which: number, from: Int32Array, to: Int32Array, processes: number): void {
    const map = this.maps[which - 1]!;
    for (let p = 0; p < processes; p++) to[HEADER.size + map.process(p)] = this.nodeOf(which, from[HEADER.size + p]!);
    const first = HEADER.size + processes;
    to.fill(0, first);
    // Giving a place to the image of a cell lengthens the record; the places in `from` are those of now.
    const { width } = this.layout;
    for (let word = first; word < width; word++) {
      const cell = this.layout.cellAt(word);
      const value = this.layout.decode(cell, from[word]!);
      const there = map.cell(cell);
      const mapped = this.mutants.has('values are mapped') ? value : map.value(cell, value);
      if (mapped === this.layout.initial(there)) continue;
      const known = this.layout.wordOf[there]!;
      to[known >= 0 ? known : this.addCell(there)] = this.layout.encode(there, mapped);
    }
  }

  /** The local state that the image of a process is in: its code, fed with the images of what was observed. */
  private nodeOf(which: number, node: number): number {
    const images = this.nodes[which - 1]!;
    const known = images[node];
    if (known !== undefined) return known;
    const { automaton } = this;
    const map = this.maps[which - 1]!;
    const p = map.process(automaton.processOf[node]!);
    const edge = automaton.edgeInto(node);
    let image: number;
    if (automaton.steps[node] === undefined) image = automaton.endOf(p);
    else if (edge < 0) image = automaton.roots[p]!;
    else {
      const from = automaton.edges.from[edge]!;
      const observed = automaton.edges.observed[edge]!;
      const mapped = this.mutants.has('observed values are mapped') ? observed : map.observed(automaton.steps[from]!, observed);
      image = automaton.edges.to[automaton.follow(this.nodeOf(which, from), mapped)]!;
    }
    this.mustFit(map, node, image);
    return (images[node] = image);
  }

  private mustFit(map: Symmetry, node: number, image: number): void {
    const step = this.automaton.steps[node];
    const there = this.automaton.steps[image];
    if (step === undefined && there === undefined) return;
    if (step && there && step.kind === there.kind && sameNumbers(step.cells.map((cell) => map.cell(cell)), there.cells)) return;
    throw unfit(this.system, `the image of ${tellStep(step)} does ${tellStep(there)}`);
  }
}

const unfit = (system: System, what: string): Mistake =>
  new Mistake('SD_BAD_SYMMETRY', `a declared symmetry of ${system.processes.map(({ name }) => name).join(', ')} is none: ${what}`, 'Permute processes, cells, values and observed values alike, or declare none.');
