/** Images of local states where members of a symmetry change places. */
import { Mistake } from '../api/mistakes.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { Behaviour } from '../learned/transition-cache.ts';
import { Equivariance } from './check.ts';
import type { Footprints } from '../learned/access-sets.ts';
import { doubled } from '../store/growable.ts';
import { MANY, type LocalSteps } from '../learned/local-steps.ts';
import type { Mutant } from '../api/reductions.ts';
import type { Renaming, Renamings } from './permutations.ts';
import { sameNumbers, tellStep } from '../learned/resume.ts';

/** The local state has no image: code goes through the members one by one, and is in the midst of that. */
export const NONE = -1;
const UNKNOWN = 0;
const NO_IMAGES = new Int32Array(0);

/**
 * What is learned of one process is true of its image. Without that, a search that visits only one of two states that are images of
 * each other would know one half of what each of the two processes may do, and draw conclusions from the half it lacks.
 */
export class Mirror {
  private readonly equivariance: Equivariance;
  /** Per generator and node: its image plus 2, or UNKNOWN. */
  private readonly nodes: Int32Array[];
  /** Per node: the least of its images, plus 1. */
  private least = new Int32Array(256);
  /** The same for renamings that are no generators. */
  private readonly others = new Map<Renaming, { readonly steps: readonly number[]; images: Int32Array }>();
  /** Edges that have their images. */
  private mirrored = 0;

  /** @throws Mistake SD_BAD_SYMMETRY when processes, gates or initial values differ from those of their images */
  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    behaviour: Behaviour,
    readonly renamings: Renamings,
    private readonly local: LocalSteps,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {
    this.equivariance = new Equivariance(system, automaton, behaviour, this, (what) => this.unfit(what));
    this.nodes = this.renamings.generators.map(() => new Int32Array(256));
    for (const map of this.renamings.generators) this.mustBegin(map);
  }

  /** Is a step that no member's place decides made together with the step before it? Then no state is kept before it. */
  isPassed(node: number): boolean {
    return this.local.has(node);
  }

  /** The local state that the image of a process is in: its code, fed with the images of what was observed. */
  nodeOf(generator: number, node: number): number {
    while (node >= this.nodes[generator]!.length) this.nodes[generator] = doubled(this.nodes[generator]!);
    const known = this.nodes[generator]![node]!;
    if (known !== UNKNOWN) return known - 2;
    const image = this.findNode(generator, node);
    while (node >= this.nodes[generator]!.length) this.nodes[generator] = doubled(this.nodes[generator]!);
    this.nodes[generator]![node] = image + 2;
    return image;
  }

  /** Images that are known, plus 2, or UNKNOWN: for who asks often. Another array once `imageOf` has found more. */
  imagesUnder(renaming: Renaming): Int32Array {
    return this.others.get(renaming)?.images ?? NO_IMAGES;
  }

  /** The same for any renaming. */
  imageOf(renaming: Renaming, node: number): number {
    let known = this.others.get(renaming);
    if (!known)
      this.others.set(renaming, (known = { steps: this.renamings.steps(renaming), images: new Int32Array(256) }));
    while (node >= known.images.length) known.images = doubled(known.images);
    if (known.images[node] === UNKNOWN) {
      let image = node;
      for (const g of known.steps) if (image !== NONE) image = this.nodeOf(g, image);
      known.images[node] = image + 2;
    }
    return known.images[node]! - 2;
  }

  /** The least of all images of a node: the same for all of them. */
  leastOf(node: number): number {
    while (node >= this.least.length) this.least = doubled(this.least);
    if (this.least[node] === 0) {
      const images = [node];
      for (const image of images)
        for (let g = 0; g < this.nodes.length; g++) {
          const there = this.nodeOf(g, image);
          if (there !== NONE && !images.includes(there)) images.push(there);
        }
      const least = Math.min(...images);
      for (const image of images) {
        while (image >= this.least.length) this.least = doubled(this.least);
        this.least[image] ||= least + 1;
      }
    }
    return this.least[node]! - 1;
  }

  /**
   * Learns of every process what is known of its images: edges, and what steps touch.
   * @throws Mistake SD_BAD_SYMMETRY when something that was learned shows that the symmetry is none
   */
  close(footprints: Footprints): void {
    if (this.mutants.has('images know alike')) return;
    // What is known to be written decides which nodes need images, and images may write more: until nothing is new.
    for (let before = -1; before !== footprints.version || this.mirrored < this.automaton.edges.count;) {
      before = footprints.version;
      if (this.local.refresh()) this.forget();
      for (; this.mirrored < this.automaton.edges.count; this.mirrored++) this.mirrorEdge(this.mirrored);
      this.renamings.generators.forEach((map, g) => {
        footprints.mirrorFinals((cell) => map.cell(cell));
        for (let node = 0; node < this.automaton.nodeCount; node++) {
          const image = this.isPassed(node) ? NONE : this.nodeOf(g, node);
          if (image !== NONE) footprints.mirror(node, image, (cell) => map.cell(cell));
        }
      });
    }
    this.equivariance.check();
  }

  /** @throws Mistake SD_BAD_SYMMETRY when something that was learned since `close` shows that the symmetry is none */
  mustBeAlike(): void {
    if (!this.mutants.has('images know alike')) this.equivariance.check();
  }

  /** @throws Mistake SD_BAD_SYMMETRY unless the image of an end is judged alike */
  mustEndAlike(store: { get(cell: number): number }): void {
    this.equivariance.checkFinals(store);
  }

  /** Nothing that was concluded from local steps holds any longer. */
  private forget(): void {
    for (const images of this.nodes) images.fill(UNKNOWN);
    this.others.clear();
    this.least.fill(0);
    this.mirrored = 0;
    this.equivariance.forget();
  }

  private mirrorEdge(edge: number): void {
    const { edges, steps } = this.automaton;
    if (this.isPassed(edges.from[edge]!)) return;
    this.renamings.generators.forEach((_, g) => {
      const from = this.nodeOf(g, edges.from[edge]!);
      const to = from === NONE ? NONE : this.follow(g, edge, from);
      const wanted = this.nodeOf(g, this.passOn(edges.to[edge]!));
      if (to === NONE || to !== wanted)
        throw this.unfit(
          `${tellStep(steps[wanted])} and ${tellStep(steps[to])} come after images of ${tellStep(steps[edges.from[edge]!])}`,
        );
    });
  }

  private findNode(generator: number, node: number): number {
    const { automaton } = this;
    const map = this.renamings.generators[generator]!;
    const p = map.process(automaton.processOf[node]!);
    if (automaton.steps[node] === undefined) return automaton.endOf(p);
    let edge = automaton.edgeInto(node);
    while (edge >= 0 && this.isPassed(automaton.edges.from[edge]!))
      edge = automaton.edgeInto(automaton.edges.from[edge]!);
    let image: number;
    if (edge < 0)
      image =
        node === automaton.roots[automaton.processOf[node]!] ? automaton.roots[p]! : this.passOn(automaton.roots[p]!);
    else {
      const from = this.nodeOf(generator, automaton.edges.from[edge]!);
      image = from === NONE ? NONE : this.follow(generator, edge, from);
    }
    return image !== NONE && this.fits(map, node, image) ? image : NONE;
  }

  /** Where the image of an edge leads, from the image of where it begins. */
  private follow(generator: number, edge: number, from: number): number {
    const { edges, steps } = this.automaton;
    const observed = edges.observed[edge]!;
    const mapped = this.mutants.has('observed values are mapped')
      ? observed
      : this.renamings.generators[generator]!.observed(steps[edges.from[edge]!]!, observed);
    return this.passOn(this.after(from, mapped));
  }

  /** Past local steps. */
  private passOn(node: number): number {
    for (let many = 0; this.isPassed(node) && many < MANY; many++) node = this.after(node, this.local.observed(node));
    return node;
  }

  private after(node: number, observed: number): number {
    const edge = this.automaton.follow(node, observed);
    // Read only now: columns of edges move when they grow.
    return this.automaton.edges.to[edge]!;
  }

  private mustBegin(map: Renaming): void {
    const { system } = this;
    system.processes.forEach((process, p) => {
      const there = system.processes[map.process(p)];
      const gates = (process.gates ?? []).map((gate) => map.cell(gate));
      if (there?.role !== process.role || !sameNumbers(sorted(gates), sorted(there.gates ?? [])))
        throw this.unfit(`${process.name} and its image differ in role or gates`);
    });
    for (let cell = 0; cell < system.cellCount; cell++)
      if (system.initial(map.cell(cell)) !== map.value(cell, system.initial(cell)))
        throw this.unfit(`${system.names.name(cell)} and its image begin with other values`);
  }

  /** Can the step of `image` be that of `node` in another place, and are the same claims judged there? */
  private fits(map: Renaming, node: number, image: number): boolean {
    const { steps, checks } = this.automaton;
    const [step, there] = [steps[node], steps[image]];
    if (step === undefined || there === undefined) return step === there;
    const claims = (of: number): string =>
      checks[of]!.map(({ claim }) => claim)
        .sort()
        .join('\n');
    return (
      step.kind === there.kind &&
      sameNumbers(
        step.cells.map((cell) => map.cell(cell)),
        there.cells,
      ) &&
      claims(node) === claims(image)
    );
  }

  private unfit(what: string): Mistake {
    const { members, classOf } = this.renamings;
    const told = members.map(
      ({ processes }, m) =>
        `${m > 0 && classOf[m] !== classOf[m - 1] ? '| ' : ''}${processes.map((p) => this.system.processes[p]!.name).join(' + ')}`,
    );
    return new Mistake(
      'SD_BAD_SYMMETRY',
      `a ${this.system.symmetry?.supposed ? 'supposed' : 'declared'} symmetry of ${told.join(', ')} is none: ${what}`,
      'Let only those change places that nobody can tell apart, and name all cells that are theirs or hold sets of them; or declare no symmetry.',
    );
  }
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
