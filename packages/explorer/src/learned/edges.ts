/** Edges of local automata, as columns of numbers: from a node, by an observed value, to a node. */
import { doubled } from '../store/growable.ts';

/** Edges are numbered in order of discovery. The edges of one node form a linked list, the latest first. */
export class Edges {
  count = 0;
  to = new Int32Array(256);
  from = new Int32Array(256);
  observed = new Int32Array(256);
  private after = new Int32Array(256);
  /** Per node: the first edge of its list, -1 for none. */
  private first = new Int32Array(256);

  addNode(node: number): void {
    if (node === this.first.length) this.first = doubled(this.first);
    this.first[node] = -1;
  }

  /** Was any edge of `node` taken? */
  has(node: number): boolean {
    return this.first[node]! >= 0;
  }

  /**
   * The edge of `node` for an observed value, or -1. Most nodes have one edge; the list of the others is as long as the
   * values seen there.
   */
  find(node: number, value: number): number {
    let edge = this.first[node]!;
    while (edge >= 0 && this.observed[edge] !== value) edge = this.after[edge]!;
    return edge;
  }

  /** The edges of a node, the latest first. */
  of(node: number): number[] {
    const edges: number[] = [];
    for (let edge = this.first[node]!; edge >= 0; edge = this.after[edge]!) edges.push(edge);
    return edges;
  }

  /** Adds an edge; the caller sets where it leads. */
  add(from: number, observed: number): number {
    const edge = this.count++;
    if (edge === this.to.length) {
      this.to = doubled(this.to);
      this.from = doubled(this.from);
      this.observed = doubled(this.observed);
      this.after = doubled(this.after);
    }
    this.from[edge] = from;
    this.observed[edge] = observed;
    this.after[edge] = this.first[from]!;
    this.first[from] = edge;
    return edge;
  }
}
