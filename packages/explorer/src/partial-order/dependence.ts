/** Which steps meet which futures: asked once per pair of local states. */
import type { Futures } from './may-access.ts';
import type { Mutant } from '../api/reductions.ts';

/** They never meet; they meet; they meet, at most over cells that the other side has to wait for first, or over queues. */
export const APART = 1;
export const MEET = 2;
export const AT_LOCKS = 3;

/** Rows of answers, one per node whose step is asked about, made when first asked. */
export class Meetings {
  private readonly rows: (Uint8Array | undefined)[] = [];
  /** The same for steps and steps. */
  private readonly meets: (Uint8Array | undefined)[] = [];
  /** The same per reason to wait. */
  private readonly openers: (Uint8Array | undefined)[] = [];

  constructor(
    readonly futures: Futures,
    private readonly mutants: ReadonlySet<Mutant>,
  ) {}

  /** Answers about the step of a node, by the node it may meet; 0 where nobody asked, nothing for nodes learned after these futures. */
  rowOf(node: number): Uint8Array {
    return (this.rows[node] ??= new Uint8Array(this.futures.nodes));
  }

  /** Does the step of `node` meet some step in the future of `other`? Of what was learned after these futures nothing is known. */
  of(node: number, other: number): number {
    const { nodes } = this.futures;
    if (node >= nodes || other >= nodes) return APART;
    const row = this.rowOf(node);
    return row[other] || (row[other] = this.find(node, other));
  }

  /** Like `rowOf`, of the step of the other node alone. */
  stepsOf(node: number): Uint8Array {
    return (this.meets[node] ??= new Uint8Array(this.futures.nodes));
  }

  /** Does the step of `node` meet the step of `other`? What was learned after these futures may. */
  steps(node: number, other: number): number {
    const { nodes, words, own } = this.futures;
    if (node >= nodes || other >= nodes) return MEET;
    let found = APART;
    for (let w = 0; w < words; w++) if (this.cells(node, other, w, own) !== 0) found = MEET;
    return (this.stepsOf(node)[other] = found);
  }

  /** Like `rowOf`: answers about who may write one of the slots of a reason to wait. */
  openersOf(reason: number): Uint8Array {
    return (this.openers[reason] ??= new Uint8Array(this.futures.nodes));
  }

  /** May the future of `other` write one of the slots of a reason? */
  opens(reason: number, slots: readonly number[], other: number): number {
    const { nodes, unguarded, words } = this.futures;
    if (other >= nodes) return APART;
    let found = APART;
    for (const slot of slots) {
      const writing = this.writes(slot, other);
      if (writing === 0) continue;
      const open =
        (writing & unguarded[other * words + (slot >>> 5)]!) !== 0 && !this.mutants.has('locks may be touched without');
      if (found !== MEET) found = open ? MEET : AT_LOCKS;
    }
    return (this.openersOf(reason)[other] = found);
  }

  /** The bit of a slot among its 32, if the future of `other` may write it. */
  writes(slot: number, other: number): number {
    const { all, words } = this.futures;
    if (slot >>> 5 >= words) return 0;
    const at = other * words + (slot >>> 5);
    return (all.writes[at]! | all.adds[at]!) & (1 << slot);
  }

  private find(node: number, other: number): number {
    const { words } = this.futures;
    let found = APART;
    for (let w = 0; w < words; w++) {
      const meeting = this.cells(node, other, w);
      if (meeting === 0) continue;
      if (!this.mayBeGuarded(node, w, meeting)) return MEET;
      if (
        this.futures.open(other, w, meeting, meeting & this.queues(node, w)) !== 0 &&
        !this.mutants.has('locks may be touched without')
      )
        return MEET;
      found = AT_LOCKS;
    }
    return found;
  }

  /** Of 32 cells the queues from which the step of `node` takes. */
  queues(node: number, word: number): number {
    return this.futures.own.takes[node * this.futures.words + word] ?? 0;
  }

  /** An update that commutes meets no other of its kind, which might then open the lock. */
  mayBeGuarded(node: number, word: number, meeting: number): boolean {
    const added = this.futures.own.adds[node * this.futures.words + word] ?? 0;
    return (meeting & added) === 0 || this.mutants.has('adds do not open locks');
  }

  /** Of 32 cells those over which they meet. @param theirs what counts of `other`: its future, or its step alone */
  cells(node: number, other: number, word: number, theirs = this.futures.all): number {
    const { own, words } = this.futures;
    const { mutants } = this;
    const a = node * words + word;
    const b = other * words + word;
    const [r, w, u] = [own.reads[a]!, own.writes[a]!, own.adds[a]!];
    const [R, W, U] = [theirs.reads[b]!, theirs.writes[b]!, theirs.adds[b]!];
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
