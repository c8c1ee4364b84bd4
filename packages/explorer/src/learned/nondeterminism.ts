/**
 * Check for uncontrolled nondeterminism: which paths to run once more, so that histories that were merged into one
 * local state are seen to behave alike.
 */
import type { Edges } from './edges.ts';

/** Most continuations from one merged edge. */
const WAYS = 4;
/** Most steps of one continuation: loops lead nowhere new. */
const LONGEST = 400;
/** Most steps of all of them: about a second. */
const BUDGET = 1_000_000;

export class NondeterminismCheck {
  /**
   * Per node: how often a path left it. Its edges are taken in turn, so that all are tried after one history or
   * another.
   */
  private readonly turns = new Map<number, number>();
  private left = BUDGET;

  constructor(
    private readonly edges: Edges,
    private readonly leadsOn: (node: number) => boolean,
  ) {}

  /** Paths to take after `edge`, one per run; one empty path where nothing is known to follow. */
  continuationsOf(edge: number): readonly (readonly number[])[] {
    const node = this.edges.to[edge]!;
    if (!this.leadsOn(node) || this.left <= 0) return [[]];
    const ways = Math.min(WAYS, Math.max(1, this.edges.of(node).length));
    return Array.from({ length: ways }, () => this.continuationFrom(node));
  }

  private continuationFrom(start: number): number[] {
    const way: number[] = [];
    for (let node = start; way.length < LONGEST && this.leadsOn(node); node = this.edges.to[way.at(-1)!]!) {
      const edges = this.edges.of(node);
      const turn = this.turns.get(node) ?? 0;
      this.turns.set(node, turn + 1);
      way.push(edges[turn % edges.length]!);
    }
    this.left -= way.length;
    return way;
  }
}
