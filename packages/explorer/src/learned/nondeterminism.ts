/** Which ways to run once more, so that histories that were taken for one local state are seen to behave alike. */
import type { Edges } from './edges.ts';

/** Ways on from one merged edge, at most. */
const WAYS = 4;
/** Steps of one way on, at most: loops lead nowhere else. */
const LONGEST = 400;
/** Steps of all of them, at most: about a second. */
const BUDGET = 1_000_000;

export class Audit {
  /** Per node: how often a way left it. Takes its edges in turn, so that all of them are tried by one history or another. */
  private readonly turns = new Map<number, number>();
  private left = BUDGET;

  constructor(
    private readonly edges: Edges,
    private readonly leadsOn: (node: number) => boolean,
  ) {}

  /** Edges to go along after `edge`, one list per run; one empty list where nothing is known to follow. */
  waysOn(edge: number): readonly (readonly number[])[] {
    const node = this.edges.to[edge]!;
    if (!this.leadsOn(node) || this.left <= 0) return [[]];
    const ways = Math.min(WAYS, Math.max(1, this.edges.of(node).length));
    return Array.from({ length: ways }, () => this.wayFrom(node));
  }

  private wayFrom(start: number): number[] {
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
