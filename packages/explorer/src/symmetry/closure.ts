/** Symmetry closure of the learned model: what was learned of one process is added for its images. */
import type { System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { TransitionCache } from '../learned/transition-cache.ts';
import { SymmetryCheck } from './check.ts';
import type { AccessSets } from '../learned/access-sets.ts';
import type { LocalTransitions } from '../learned/local-steps.ts';
import { NONE, type LocalImages } from './images.ts';
import { tellStep } from '../learned/resume.ts';

/**
 * Without the closure, a search that visits one state of an orbit would know of each of two symmetric processes only
 * half of what it may do, and base its reductions on that half.
 */
export class SymmetryClosure {
  private readonly check: SymmetryCheck;
  /** Edges whose images were added. */
  private closedEdges = 0;

  constructor(
    system: System,
    private readonly automaton: Automaton,
    cache: TransitionCache,
    readonly images: LocalImages,
    private readonly local: LocalTransitions,
  ) {
    this.check = new SymmetryCheck(system, automaton, cache, images);
  }

  /**
   * Adds the images of all edges and access sets.
   * @throws Mistake SD_BAD_SYMMETRY when something that was learned contradicts the symmetry
   */
  close(accessSets: AccessSets): void {
    // Which cells are written decides which nodes need images, and images may write more cells: repeated until nothing
    // is new.
    for (let before = -1; before !== accessSets.version || this.closedEdges < this.automaton.edges.count;) {
      before = accessSets.version;
      if (this.local.refresh()) this.forget();
      for (; this.closedEdges < this.automaton.edges.count; this.closedEdges++) this.closeEdge(this.closedEdges);
      this.images.group.generators.forEach((map, g) => {
        accessSets.addFinalImages((cell) => map.cell(cell));
        for (let node = 0; node < this.automaton.nodeCount; node++) {
          const image = this.images.isLocal(node) ? NONE : this.images.imageUnderGenerator(g, node);
          if (image !== NONE) accessSets.addImage(node, image, (cell) => map.cell(cell));
        }
      });
    }
    this.check.check();
  }

  /** @throws Mistake SD_BAD_SYMMETRY when something learned since `close` contradicts the symmetry */
  checkLearned(): void {
    this.check.check();
  }

  /** @throws Mistake SD_BAD_SYMMETRY unless the images of a terminal state are judged alike */
  checkFinals(store: { get(cell: number): number }): void {
    this.check.checkFinals(store);
  }

  /** Other steps are thread-local now: all images are computed again. */
  private forget(): void {
    this.images.forget();
    this.closedEdges = 0;
    this.check.forget();
  }

  private closeEdge(edge: number): void {
    const { edges, steps } = this.automaton;
    if (this.images.isLocal(edges.from[edge]!)) return;
    this.images.group.generators.forEach((_, g) => {
      const from = this.images.imageUnderGenerator(g, edges.from[edge]!);
      const to = from === NONE ? NONE : this.images.edgeImage(g, edge, from);
      const wanted = this.images.imageUnderGenerator(g, this.images.skipLocal(edges.to[edge]!));
      if (to === NONE || to !== wanted)
        throw this.images.rejected(
          `after the image of ${tellStep(steps[edges.from[edge]!])} comes ${tellStep(steps[to])}, not the image ${tellStep(steps[wanted])} of what comes after it`,
        );
    });
  }
}
