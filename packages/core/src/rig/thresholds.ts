/**
 * Numbers that code compares with: which side of each was taken. Explorations use small ones, so that few pages are many; a machine has
 * numbers of its own. Code is run once for each thing that it may observe, and what is noted then holds for all its executions.
 */
import type { ArchSpec } from '../arch/declaration.ts';
import { exploringNumbers, genericNumbers } from '../kernel/numbers.ts';
import type { Scenario } from '../workload/scenario.ts';

/** Whose thresholds: the small ones of explorations, or those of the machine itself. The tables are small with both. */
export type Whose = 'exploring' | 'machine';

export type Numbers = Readonly<Record<string, number>>;

/** A threshold of which a search has reached one side only. `unseen`: code asks for the number and compares by itself, and which side it took cannot be told. */
export interface OneSided {
  readonly name: string;
  readonly side: 'within' | 'over' | 'unseen';
}

/**
 * The numbers of an architecture for one story. What the story sets goes before both, and so does what is part of the small tree's shape.
 * A number that only explorations have is the same for both.
 */
export function numbersOf({ machine }: ArchSpec, scenario: Scenario, whose: Whose): Numbers {
  const own = { ...genericNumbers(machine.geometry), ...machine.numbers };
  const small = { ...exploringNumbers, ...machine.exploring };
  return {
    ...(whose === 'machine' ? { ...small, ...own } : { ...own, ...small }),
    ...machine.shape,
    ...scenario.numbers,
  };
}

const WITHIN = 1;
const OVER = 2;
const UNSEEN = 4;

/** What one search compared with its numbers, and whether others would have made it another search. */
export class Thresholds {
  readonly #sides = new Map<string, number>();
  #armed = false;
  #differs = false;

  /**
   * @param numbers in force
   * @param other those that might have been
   */
  constructor(
    readonly numbers: Numbers,
    private readonly other: Numbers,
  ) {}

  /** From here on sides are noted: what came before was set-up. */
  arm(): void {
    this.#armed = true;
  }

  /** Has any code, that of the set-up too, taken another way than it would have with the other numbers (or may it have)? If not, a search with those is this one. */
  get differs(): boolean {
    return this.#differs;
  }

  /** Code asks for a number, to do with it what it likes. */
  read(name: string): void {
    if (this.numbers[name] !== this.other[name]) this.#note(name, UNSEEN, true);
  }

  /**
   * Code compares with a threshold.
   * @param over is it over, with given numbers?
   */
  compare(
    name: string,
    over: (number: (name: string) => number) => boolean,
    number: (name: string) => number,
  ): boolean {
    const is = over(number);
    this.#note(name, is ? OVER : WITHIN, is !== over((n) => this.other[n] ?? number(n)));
    return is;
  }

  #note(name: string, side: number, differs: boolean): void {
    this.#differs ||= differs;
    if (this.#armed) this.#sides.set(name, (this.#sides.get(name) ?? 0) | side);
  }

  /** Takes over what another search has reached. */
  add(search: Thresholds): void {
    for (const [name, sides] of search.#sides) this.#sides.set(name, (this.#sides.get(name) ?? 0) | sides);
  }

  /** In the order of their names. */
  get oneSided(): readonly OneSided[] {
    return [...this.#sides]
      .filter(([, sides]) => (sides & (WITHIN | OVER)) !== (WITHIN | OVER))
      .map(([name, sides]): OneSided => ({ name, side: sides & UNSEEN ? 'unseen' : sides & OVER ? 'over' : 'within' }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}
