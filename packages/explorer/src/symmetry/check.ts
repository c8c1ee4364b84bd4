/** Is what was supposed to be a symmetry one? Everything that is learned is looked at in the mirror. */
import type { Mistake } from '../api/mistakes.ts';
import type { Cell } from '../api/cell.ts';
import type { Store } from '../api/step.ts';
import type { Check, System } from '../api/system.ts';
import type { Automaton } from '../learned/automaton.ts';
import type { Behaviour } from '../learned/transition-cache.ts';
import { CHOICE, type Leaf } from '../learned/decision-trees.ts';
import { END_STEP } from '../search/findings.ts';
import { NONE, type Mirror } from './closure.ts';
import type { Renaming } from './permutations.ts';
import { tellStep } from '../learned/resume.ts';

/** Ways to fill in what the image of a step reads beyond what the step read: with more, nothing is said. */
const MOST = 4096;

/** Looks at what steps do, when they wait, and what claims say. */
export class Equivariance {
  private asked = 0;
  private applied = 0;
  private judged = 0;
  /** Writes that `values` know of. */
  private writes = 0;
  /** Per cell: what it was ever seen to hold. */
  private readonly values = new Map<Cell, Set<number>>();

  constructor(
    private readonly system: System,
    private readonly automaton: Automaton,
    private readonly behaviour: Behaviour,
    private readonly mirror: Mirror,
    private readonly unfit: (what: string) => Mistake,
  ) {}

  forget(): void {
    this.asked = this.applied = this.judged = 0;
  }

  /** @throws Mistake SD_BAD_SYMMETRY */
  check(): void {
    const { asked, applied, judged } = this.behaviour;
    this.noteValues();
    for (; this.asked < asked.learned.length; this.asked++)
      this.inEachMirror(asked.learned[this.asked]!, (leaf, map, _node, image) => this.asksAlike(leaf, map, image));
    for (; this.applied < applied.learned.length; this.applied++)
      this.inEachMirror(applied.learned[this.applied]!, (leaf, map, node, image) =>
        this.doesAlike(leaf, map, node, image),
      );
    for (; this.judged < judged.learned.length; this.judged++) {
      const leaf = judged.learned[this.judged]!;
      this.inEachMirror({ ...leaf, key: this.automaton.edges.from[leaf.key]! }, (_leaf, map, node, image) =>
        this.judgesAlike(leaf, map, node, image),
      );
    }
  }

  /** @throws Mistake SD_BAD_SYMMETRY unless the claims about ends say the same of the images of this end */
  checkFinals(store: { get(cell: number): number }): void {
    const held = this.system.finals.map((check) =>
      check.holds(
        readOnly((cell) => store.get(cell)),
        END_STEP,
        0,
      ),
    );
    for (const map of this.mirror.renamings.generators) {
      const image = readOnly((cell) => map.value(map.cell(cell), store.get(map.cell(cell))));
      this.system.finals.forEach((check, i) => {
        if (check.holds(image, END_STEP, 0) !== held[i])
          throw this.unfit(`of two ends that are images '${check.claim}' holds in one`);
      });
    }
  }

  private inEachMirror(leaf: Leaf, isAlike: (leaf: Leaf, map: Renaming, node: number, image: number) => boolean): void {
    if (this.mirror.isPassed(leaf.key)) return;
    this.mirror.renamings.generators.forEach((map, g) => {
      const image = this.mirror.nodeOf(g, leaf.key);
      if (image === NONE || !isAlike(leaf, map, leaf.key, image))
        throw this.unfit(
          `in the mirror ${tellStep(this.automaton.steps[leaf.key])} does, waits or is judged otherwise`,
        );
    });
  }

  private asksAlike(leaf: Leaf, map: Renaming, image: number): boolean {
    const { steps, meanings } = this.automaton;
    const waits = (store: Store): boolean => meanings[image]!.enabled?.(steps[image]!, store) === false;
    return this.everyWay(
      leaf,
      map,
      (store) => (waits(store) ? 0 : this.ways(image, store)) === this.behaviour.ways[leaf.answer]!,
    );
  }

  private ways(node: number, store: Store): number {
    const { steps, meanings } = this.automaton;
    return meanings[node]!.choices?.(steps[node]!, store) ?? 1;
  }

  private doesAlike(leaf: Leaf, map: Renaming, node: number, image: number): boolean {
    const { effects } = this.behaviour;
    const [step, there] = [this.automaton.steps[node]!, this.automaton.steps[image]!];
    const meaning = this.automaton.meanings[image]!;
    const wanted = new Map<Cell, number>();
    for (let i = effects.first[leaf.answer]!; i < effects.first[leaf.answer + 1]!; i++)
      wanted.set(map.cell(effects.cell[i]!), this.mapped(map, effects.cell[i]!, effects.raw[i]!));
    const observed = map.observed(step, effects.observed[leaf.answer]!);
    const at = leaf.cells.indexOf(CHOICE);
    return this.everyWay(leaf, map, (store) => {
      const choices = at < 0 ? [0] : Array.from({ length: this.ways(image, store) }, (_, i) => i);
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

  private judgesAlike(leaf: Leaf, map: Renaming, node: number, image: number): boolean {
    const { edges, steps, checks } = this.automaton;
    const observed = edges.observed[leaf.key]!;
    const there = map.observed(steps[node]!, observed);
    const told = (of: number, held: (check: Check, i: number) => boolean): string =>
      checks[of]!.map((check, i) => `${check.claim}: ${held(check, i)}`)
        .sort()
        .join('\n');
    const verdicts = this.behaviour.verdicts[leaf.answer];
    const wanted = told(node, (_check, i) => verdicts?.[i] ?? true);
    return this.everyWay(
      leaf,
      map,
      (store) => told(image, (check) => check.holds(store, steps[image]!, there)) === wanted,
    );
  }

  /** Does it hold with the image of what was read, whatever else is read there? */
  private everyWay(leaf: Leaf, map: Renaming, holds: (store: Store) => boolean): boolean {
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
        // With values that no state has together a step may not know what to do.
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

  /** Values as records keep them. */
  private valuesOf(cell: Cell, map: Renaming): Set<number> {
    const there = map.cell(cell);
    return new Set([
      0,
      ...(this.values.get(cell) ?? []),
      ...[...(this.values.get(there) ?? [])].map((raw) => this.mapped(map, there, raw)),
    ]);
  }

  private noteValues(): void {
    const { first, cell, raw, count } = this.behaviour.effects;
    for (; this.writes < first[count]!; this.writes++) {
      const known = this.values.get(cell[this.writes]!);
      if (known) known.add(raw[this.writes]!);
      else this.values.set(cell[this.writes]!, new Set([raw[this.writes]!]));
    }
  }

  /** The image of a value, both as records keep them. */
  private mapped(map: Renaming, cell: Cell, raw: number): number {
    return (map.value(cell, (raw + this.system.initial(cell)) | 0) - this.system.initial(map.cell(cell))) | 0;
  }
}

const readOnly = (get: (cell: Cell) => number): Store => ({
  get,
  set: (cell) => {
    throw new Error(`cell ${cell} is written outside of a step`);
  },
});

/** The image of a step reads a cell whose image the step did not read. */
class Unread extends Error {
  constructor(readonly cell: Cell) {
    super(`cell ${cell}`);
  }
}
