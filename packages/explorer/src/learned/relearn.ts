/**
 * Checkpoint of the local automata: what was observed, in order. On load they are learned again from the code, and must
 * come out the same.
 */
import type { Automaton } from './automaton.ts';
import type { Saved } from '../api/checkpoint.ts';
import { column, plain } from '../store/loading.ts';
import { imul, mix } from '../store/hash.ts';
import { tellStep } from './resume.ts';
import type { Saving } from '../store/saving.ts';

interface SavedAutomaton {
  readonly nodes: number;
  readonly edges: number;
  readonly replays: number;
  /** Terminal nodes, with their processes: one of them may have been asked for before an edge led there. */
  readonly ends: readonly (readonly [node: number, process: number])[];
  /** Checksum of the steps of all nodes. */
  readonly digest: number;
}

/** Saves an automaton, and learns it again. */
export class AutomatonCheckpoint {
  /** Of the nodes before `upTo`. */
  private digest = 0;
  private upTo = 0;
  private readonly ends: [number, number][] = [];

  constructor(private readonly automaton: Automaton) {}

  save(to: Saving): void {
    const { automaton } = this;
    const { edges, replays } = automaton;
    this.keepUp();
    to.plain('automaton', {
      nodes: automaton.nodeCount,
      edges: edges.count,
      replays,
      ends: [...this.ends],
      digest: this.digest,
    } satisfies SavedAutomaton);
    to.grows('observed at', edges.from, edges.count);
    to.grows('observed', edges.observed, edges.count);
    to.grows('observed leads to', edges.to, edges.count);
  }

  /** @throws the error of `saved` when the code behaves differently */
  load(saved: Saved): void {
    const { automaton } = this;
    const learned = plain<SavedAutomaton>(saved, 'automaton');
    const [from, observed, to] = ['observed at', 'observed', 'observed leads to'].map((name) =>
      column(saved, name, learned.edges),
    ) as [Int32Array, Int32Array, Int32Array];
    const ends = new Map(learned.ends);
    const differs = (what: string): Error =>
      saved.refuse(`the code does something else than when it was written: ${what}`);
    const meetEnds = (): void => {
      for (let p = ends.get(automaton.nodeCount); p !== undefined; p = ends.get(automaton.nodeCount))
        if (automaton.endOf(p) !== automaton.nodeCount - 1) throw differs(`process ${p} has another end`);
    };
    for (let edge = automaton.edges.count; edge < learned.edges; edge++) {
      meetEnds();
      if (from[edge]! >= automaton.nodeCount)
        throw differs(`there is no local state ${from[edge]} to observe something in`);
      const found = automaton.take(from[edge]!, observed[edge]!);
      if (found !== edge || automaton.edges.to[found] !== to[edge])
        throw differs(`${tellStep(automaton.steps[from[edge]!])} observes ${observed[edge]} and goes on elsewhere`);
    }
    meetEnds();
    this.keepUp();
    if (automaton.nodeCount !== learned.nodes || this.digest !== learned.digest)
      throw differs('its steps are other ones');
    automaton.replays = learned.replays;
  }

  private keepUp(): void {
    const { nodeCount, steps, processOf, where } = this.automaton;
    for (; this.upTo < nodeCount; this.upTo++) {
      if (steps[this.upTo] === undefined) this.ends.push([this.upTo, processOf[this.upTo]!]);
      this.digest = digestOf(
        `${processOf[this.upTo]} ${where[this.upTo]!.join()} ${tellStep(steps[this.upTo])}`,
        this.digest,
      );
    }
  }
}

/** Checksum of a text, continuing that of the text before. */
export function digestOf(text: string, before = 0): number {
  let digest = before;
  for (let i = 0; i < text.length; i++) digest = imul(digest ^ text.charCodeAt(i), 0x01000193);
  return mix(digest + text.length);
}
