/** Images of local states under a symmetry: the code of the other process, fed with the images of what was observed. */
import { Mistake } from '../api/mistakes.ts';
import type { System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import { MOST_LOCAL_STEPS, type LocalTransitions } from '../learned/local-steps.ts';
import { sameNumbers } from '../learned/resume.ts';
import { doubled } from '../store/growable.ts';
import type { Permutation, SymmetryGroup } from './permutations.ts';

/** The local state has no image: its code goes through the replicas one by one, and is in the middle of that. */
export const NONE = -1;
const UNKNOWN = 0;
const NO_IMAGES = new Int32Array(0);

/** Finds images of local states, learning the code of the other process where it is not known yet. */
export class LocalImages {
  /** Per generator and node: 2 + its image, or UNKNOWN. */
  private readonly nodes: Int32Array[];
  /** Per node: 1 + the representative of its orbit. */
  private representatives = new Int32Array(256);
  /** Images under permutations that are no generators. */
  private readonly permutationImages = new Map<
    Permutation,
    { readonly steps: readonly number[]; images: Int32Array }
  >();

  /** @throws Mistake SD_BAD_SYMMETRY when processes, gates or initial values differ from those of their images */
  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    readonly group: SymmetryGroup,
    private readonly local: LocalTransitions,
  ) {
    this.nodes = this.group.generators.map(() => new Int32Array(256));
    for (const map of this.group.generators) this.checkInitial(map);
  }

  /** Is the step thread-local, and so made together with the step before it? Then no state is stored before it. */
  isLocal(node: number): boolean {
    return this.local.has(node);
  }

  /**
   * The local state of the image of a process: the code of the other process, fed with the images of what was observed.
   */
  imageUnderGenerator(generator: number, node: number): number {
    while (node >= this.nodes[generator]!.length) this.nodes[generator] = doubled(this.nodes[generator]!);
    const known = this.nodes[generator]![node]!;
    if (known !== UNKNOWN) return known - 2;
    const image = this.findImage(generator, node);
    while (node >= this.nodes[generator]!.length) this.nodes[generator] = doubled(this.nodes[generator]!);
    this.nodes[generator]![node] = image + 2;
    return image;
  }

  /** Known images, plus 2, or UNKNOWN: for callers that ask often. `imageOf` may replace the array. */
  imagesUnder(permutation: Permutation): Int32Array {
    return this.permutationImages.get(permutation)?.images ?? NO_IMAGES;
  }

  /** The image of a local state under any permutation. */
  imageOf(permutation: Permutation, node: number): number {
    let known = this.permutationImages.get(permutation);
    if (!known)
      this.permutationImages.set(
        permutation,
        (known = { steps: this.group.factors(permutation), images: new Int32Array(256) }),
      );
    while (node >= known.images.length) known.images = doubled(known.images);
    if (known.images[node] === UNKNOWN) {
      let image = node;
      for (const g of known.steps) if (image !== NONE) image = this.imageUnderGenerator(g, image);
      known.images[node] = image + 2;
    }
    return known.images[node]! - 2;
  }

  /** The least image of a node: the same for its whole orbit. */
  representativeOf(node: number): number {
    while (node >= this.representatives.length) this.representatives = doubled(this.representatives);
    if (this.representatives[node] === 0) {
      const images = [node];
      for (const image of images)
        for (let g = 0; g < this.nodes.length; g++) {
          const there = this.imageUnderGenerator(g, image);
          if (there !== NONE && !images.includes(there)) images.push(there);
        }
      const representatives = Math.min(...images);
      for (const image of images) {
        while (image >= this.representatives.length) this.representatives = doubled(this.representatives);
        this.representatives[image] ||= representatives + 1;
      }
    }
    return this.representatives[node]! - 1;
  }

  /** Other steps are thread-local now: all images are computed again. */
  forget(): void {
    for (const images of this.nodes) images.fill(UNKNOWN);
    this.permutationImages.clear();
    this.representatives.fill(0);
  }

  private findImage(generator: number, node: number): number {
    const { automaton } = this;
    const map = this.group.generators[generator]!;
    const p = map.process(automaton.processOf[node]!);
    if (automaton.steps[node] === undefined) return automaton.endOf(p);
    let edge = automaton.edgeInto(node);
    while (edge >= 0 && this.isLocal(automaton.edges.from[edge]!))
      edge = automaton.edgeInto(automaton.edges.from[edge]!);
    let image: number;
    if (edge < 0)
      image =
        node === automaton.roots[automaton.processOf[node]!]
          ? automaton.roots[p]!
          : this.skipLocal(automaton.roots[p]!);
    else {
      const from = this.imageUnderGenerator(generator, automaton.edges.from[edge]!);
      image = from === NONE ? NONE : this.edgeImage(generator, edge, from);
    }
    return image !== NONE && this.isImage(map, node, image) ? image : NONE;
  }

  /** The target of the image of an edge, given the image of its source. */
  edgeImage(generator: number, edge: number, from: number): number {
    const { edges, steps } = this.automaton;
    const observed = edges.observed[edge]!;
    const mapped = this.group.generators[generator]!.observed(steps[edges.from[edge]!]!, observed);
    return this.skipLocal(this.after(from, mapped));
  }

  /** Skips thread-local transitions. */
  skipLocal(node: number): number {
    for (let many = 0; this.isLocal(node) && many < MOST_LOCAL_STEPS; many++)
      node = this.after(node, this.local.observed(node));
    return node;
  }

  private after(node: number, observed: number): number {
    const edge = this.automaton.take(node, observed);
    // Read only now: the columns of edges are replaced when they grow.
    return this.automaton.edges.to[edge]!;
  }

  private checkInitial(map: Permutation): void {
    const { system } = this;
    system.processes.forEach((process, p) => {
      const there = system.processes[map.process(p)];
      const gates = (process.gates ?? []).map((gate) => map.cell(gate));
      if (there?.role !== process.role || !sameNumbers(sorted(gates), sorted(there.gates ?? [])))
        throw this.rejected(`${process.name} and its image differ in role or gates`);
    });
    for (let cell = 0; cell < system.cellCount; cell++)
      if (system.initial(map.cell(cell)) !== map.value(cell, system.initial(cell)))
        throw this.rejected(`${system.names.name(cell)} and its image have different initial values`);
  }

  /** Can the step of `image` be the image of the step of `node`, and are the same claims judged there? */
  private isImage(map: Permutation, node: number, image: number): boolean {
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

  /** The error for a symmetry that does not hold, with the reason. */
  rejected(what: string): Mistake {
    const { replicas, classOf } = this.group;
    const told = replicas.map(
      ({ processes }, m) =>
        `${m > 0 && classOf[m] !== classOf[m - 1] ? '| ' : ''}${processes.map((p) => this.system.processes[p]!.name).join(' + ')}`,
    );
    return new Mistake(
      'SD_BAD_SYMMETRY',
      `the ${this.system.symmetry?.inferred ? 'inferred' : 'declared'} symmetry of ${told.join(', ')} does not hold: ${what}`,
      'Declare as replicas only what is interchangeable, with all cells that belong to a replica or hold a set of replicas; or declare no symmetry.',
    );
  }
}

const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
