/**
 * Symmetry check: is the declared or inferred symmetry one? Every learned guard, update and verdict is compared with
 * that of its image (equivariance of the transition relation and of the claims).
 */
import type { Cell } from '../api/cell.ts';
import { END_STEP, type Store } from '../api/step.ts';
import type { Check, System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { TransitionCache } from '../learned/transition-cache.ts';
import { CHOICE, type Leaf } from '../learned/decision-trees.ts';
import { NONE, type LocalImages } from './images.ts';
import type { Permutation } from './permutations.ts';
import { tellStep } from '../learned/resume.ts';

/**
 * Ways to complete what the image of a step reads beyond what the step itself read; with more the symmetry is rejected.
 */
const MOST = 4096;

/** Compares what steps do, when they are enabled, and what claims say. */
export class SymmetryCheck {
  private guards = 0;
  private updates = 0;
  private judgements = 0;
  /** Writes of which `values` has taken note. */
  private writes = 0;
  /** Per cell: every value it was seen to hold. */
  private readonly values = new Map<Cell, Set<number>>();

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly cache: TransitionCache,
    private readonly images: LocalImages,
  ) {}

  forget(): void {
    this.guards = this.updates = this.judgements = 0;
  }

  /**
   * Compares everything that was learned since the last call.
   * @throws Mistake SD_BAD_SYMMETRY
   */
  check(): void {
    const { guards, updates, judgements } = this.cache;
    this.noteValues();
    for (; this.guards < guards.learned.length; this.guards++)
      this.underEachGenerator(guards.learned[this.guards]!, (leaf, map, node, image) =>
        this.sameGuard(leaf, map, node, image),
      );
    for (; this.updates < updates.learned.length; this.updates++)
      this.underEachGenerator(updates.learned[this.updates]!, (leaf, map, node, image) =>
        this.sameUpdate(leaf, map, node, image),
      );
    for (; this.judgements < judgements.learned.length; this.judgements++) {
      const leaf = judgements.learned[this.judgements]!;
      this.underEachGenerator({ ...leaf, key: this.automaton.edges.from[leaf.key]! }, (_leaf, map, node, image) =>
        this.sameVerdicts(leaf, map, node, image),
      );
    }
  }

  /** @throws Mistake SD_BAD_SYMMETRY unless the claims about terminal states say the same of all images of this one */
  checkFinals(store: { get(cell: number): number }): void {
    const held = this.system.finals.map((check) =>
      check.holds(
        readOnly((cell) => store.get(cell)),
        END_STEP,
        0,
      ),
    );
    for (const map of this.images.group.generators) {
      const image = readOnly((cell) => map.value(map.cell(cell), store.get(map.cell(cell))));
      this.system.finals.forEach((check, i) => {
        if (check.holds(image, END_STEP, 0) !== held[i])
          throw this.images.rejected(`the claim '${check.claim}' holds in a terminal state and fails in its image`);
      });
    }
  }

  private underEachGenerator(
    leaf: Leaf,
    same: (leaf: Leaf, map: Permutation, node: number, image: number) => boolean,
  ): void {
    if (this.images.isLocal(leaf.key)) return;
    this.images.group.generators.forEach((map, g) => {
      const image = this.images.imageUnderGenerator(g, leaf.key);
      if (image === NONE || !same(leaf, map, leaf.key, image))
        throw this.images.rejected(
          `${tellStep(this.automaton.steps[leaf.key])} and its image are enabled, write, observe or are judged differently`,
        );
    });
  }

  private sameGuard(leaf: Leaf, map: Permutation, _node: number, image: number): boolean {
    const { steps, meanings } = this.automaton;
    const waits = (store: Store): boolean => meanings[image]!.enabled?.(steps[image]!, store) === false;
    return this.forAllCompletions(
      leaf,
      map,
      (store) => (waits(store) ? 0 : this.outcomes(image, store)) === this.cache.outcomes[leaf.answer]!,
    );
  }

  private outcomes(node: number, store: Store): number {
    const { steps, meanings } = this.automaton;
    return meanings[node]!.choices?.(steps[node]!, store) ?? 1;
  }

  private sameUpdate(leaf: Leaf, map: Permutation, node: number, image: number): boolean {
    const { effects } = this.cache;
    const [step, there] = [this.automaton.steps[node]!, this.automaton.steps[image]!];
    const meaning = this.automaton.meanings[image]!;
    const wanted = new Map<Cell, number>();
    for (let i = effects.first[leaf.answer]!; i < effects.first[leaf.answer + 1]!; i++)
      wanted.set(map.cell(effects.cell[i]!), this.mapped(map, effects.cell[i]!, effects.raw[i]!));
    const observed = map.observed(step, effects.observed[leaf.answer]!);
    const at = leaf.cells.indexOf(CHOICE);
    return this.forAllCompletions(leaf, map, (store) => {
      const choices = at < 0 ? [0] : Array.from({ length: this.outcomes(image, store) }, (_, i) => i);
      return choices.some((choice) => {
        const written = new Map<Cell, number>();
        const saw = meaning.apply(
          there,
          { get: (cell) => written.get(cell) ?? store.get(cell), set: (cell, value) => void written.set(cell, value) },
          choice,
        );
        return (
          saw === observed &&
          written.size === wanted.size &&
          [...written].every(([cell, value]) => wanted.get(cell) === ((value - this.system.initial(cell)) | 0))
        );
      });
    });
  }

  private sameVerdicts(leaf: Leaf, map: Permutation, node: number, image: number): boolean {
    const { edges, steps, checks } = this.automaton;
    const observed = edges.observed[leaf.key]!;
    const there = map.observed(steps[node]!, observed);
    const told = (of: number, held: (check: Check, i: number) => boolean): string =>
      checks[of]!.map((check, i) => `${check.claim}: ${held(check, i)}`)
        .sort()
        .join('\n');
    const verdicts = this.cache.verdicts[leaf.answer];
    const wanted = told(node, (_check, i) => verdicts?.[i] ?? true);
    return this.forAllCompletions(
      leaf,
      map,
      (store) => told(image, (check) => check.holds(store, steps[image]!, there)) === wanted,
    );
  }

  /** Does it hold for the image of what was read, whatever else the image reads? */
  private forAllCompletions(leaf: Leaf, map: Permutation, holds: (store: Store) => boolean): boolean {
    const read = new Map<Cell, number>();
    leaf.cells.forEach((cell, i) => {
      if (cell !== CHOICE) read.set(map.cell(cell), this.mapped(map, cell, leaf.values[i]!));
    });
    const open = [read];
    for (let many = 0; open.length > 0; many++) {
      const found = open.pop()!;
      if (many > MOST) return false;
      try {
        if (!holds(readOnly((cell) => this.valueIn(found, cell)))) return false;
      } catch (error) {
        if (error instanceof Unread)
          for (const raw of this.valuesOf(error.cell, map)) open.push(new Map(found).set(error.cell, raw));
        // Given values that no state has together, a step may fail.
        else if (found === read) throw error;
      }
    }
    return true;
  }

  private valueIn(found: ReadonlyMap<Cell, number>, cell: Cell): number {
    const raw = found.get(cell);
    if (raw === undefined) throw new Unread(cell);
    return (raw + this.system.initial(cell)) | 0;
  }

  /** Values a cell may hold, as records keep them. */
  private valuesOf(cell: Cell, map: Permutation): Set<number> {
    const there = map.cell(cell);
    return new Set([
      0,
      ...(this.values.get(cell) ?? []),
      ...[...(this.values.get(there) ?? [])].map((raw) => this.mapped(map, there, raw)),
    ]);
  }

  private noteValues(): void {
    const { first, cell, raw, count } = this.cache.effects;
    for (; this.writes < first[count]!; this.writes++) {
      const known = this.values.get(cell[this.writes]!);
      if (known) known.add(raw[this.writes]!);
      else this.values.set(cell[this.writes]!, new Set([raw[this.writes]!]));
    }
  }

  /** The image of a value, both as records keep them. */
  private mapped(map: Permutation, cell: Cell, raw: number): number {
    return (map.value(cell, (raw + this.system.initial(cell)) | 0) - this.system.initial(map.cell(cell))) | 0;
  }
}

const readOnly = (get: (cell: Cell) => number): Store => ({
  get,
  set: (cell) => {
    throw new Error(`cell ${cell} is written outside of a step`);
  },
});

/** The image of a step reads a cell whose preimage the step did not read. */
class Unread extends Error {
  constructor(readonly cell: Cell) {
    super(`cell ${cell}`);
  }
}
