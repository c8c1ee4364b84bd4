/** Which steps meet which futures: asked once per pair of local states. */
import type { Futures } from './futures.ts';
import type { Mutant } from './reductions.ts';

/** They never meet; they meet; they meet, at most over locks that the other side has to take first. */
export const APART = 1;
export const MEET = 2;
export const AT_LOCKS = 3;

/** Rows of answers, one per node whose step is asked about, made when first asked. */
export class Meetings {
  private readonly rows: (Uint8Array | undefined)[] = [];

  constructor(
    private readonly futures: Futures,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  /** Does the step of `node` meet some step in the future of `other`? Of what was learned after these futures nothing is known. */
  of(node: number, other: number): number {
    const { nodes } = this.futures;
    if (node >= nodes || other >= nodes) return APART;
    const row = (this.rows[node] ??= new Uint8Array(nodes));
    return row[other] || (row[other] = this.find(node, other));
  }

  private find(node: number, other: number): number {
    const { words, unguarded } = this.futures;
    let found = APART;
    for (let w = 0; w < words; w++) {
      const meeting = this.cells(node, other, w);
      if (meeting === 0) continue;
      if (!this.mayBeGuarded(node, w, meeting)) return MEET;
      if ((meeting & unguarded[other * words + w]!) !== 0 && !this.mutants.has('locks may be touched without')) return MEET;
      found = AT_LOCKS;
    }
    return found;
  }

  /** An update that commutes meets no other of its kind, which might then open the lock. */
  mayBeGuarded(node: number, word: number, meeting: number): boolean {
    const added = this.futures.own.adds[node * this.futures.words + word] ?? 0;
    return (meeting & added) === 0 || this.mutants.has('adds do not open locks');
  }

  /** Of 32 cells those over which they meet. */
  cells(node: number, other: number, word: number): number {
    const { own, all, words } = this.futures;
    const { mutants } = this;
    const a = node * words + word;
    const b = other * words + word;
    const [r, w, u] = [own.reads[a]!, own.writes[a]!, own.adds[a]!];
    const [R, W, U] = [all.reads[b]!, all.writes[b]!, all.adds[b]!];
    const unless = (mutant: Mutant, bits: number): number => (mutants.has(mutant) ? 0 : bits);
    return (
      unless('writes meet reads', w & R) |
      unless('writes meet writes', w & W) |
      unless('writes meet adds', w & U) |
      unless('reads meet writes', r & W) |
      unless('reads meet adds', r & U) |
      unless('adds meet reads', u & R) |
      unless('adds meet writes', u & W)
    );
  }
}
