/** Where to put a kick or a flush: every set of candidate places is judged by stories and priced by operations, cheapest first. */
import { nameOfPlace } from '../arch/placed.ts';
import type { ArchSpec } from '../arch/declaration.ts';
import { measure, MEASURE_DEFAULTS } from '../measure/measure.ts';
import type { CountedOperation, Mode } from '../measure/operation.ts';
import { isOpen, SCHEMA_VERSION, type Verdict } from './verdict.ts';
import type { Place } from '../words/place.ts';
import type { Configuration, RaceCase } from '../workload/scenario.ts';
import { judgeScenario, type Bounds } from './judge.ts';
import { mustKnowChanges, mustKnowPlaces } from '../rig/names.ts';

/** What is asked. */
export interface PlaceQuestion {
  readonly arch: ArchSpec;
  /** Each is told to the kernel before its fix, with the places on top. */
  readonly races: readonly RaceCase[];
  readonly places: readonly Place[];
  /** Changes that may be taken too, for nothing. */
  readonly with: readonly string[];
  /** Changes that are taken out first, such as a kick it has already. */
  readonly without: readonly string[];
  /** What is priced: how often each operation comes, under a short name. */
  readonly mix: readonly { readonly name: string; readonly operation: CountedOperation; readonly weight: number }[];
  readonly mode: Mode;
}

/** One set of places and changes. */
export interface Choice {
  readonly places: readonly string[];
  readonly with: readonly string[];
  /** Interrupts that one operation costs, by its name in the mix; undefined where an operation is not modelled. */
  readonly ipis: Readonly<Record<string, number | undefined>>;
  /** Their sum by the weights of the mix. */
  readonly cost: number;
  /** Races that break, each with its verdict. Those that are not judged because a bigger set breaks them already are left out. */
  readonly breaks: readonly Verdict[];
  readonly holds: boolean;
}

export interface Placement {
  readonly schemaVersion: number;
  readonly arch: string;
  readonly mode: Mode;
  readonly mix: readonly { readonly name: string; readonly operation: string; readonly weight: number }[];
  readonly races: readonly string[];
  /** Races that do not apply to the architecture. */
  readonly skipped: readonly string[];
  /** By cost. Sets that hold though a cheaper part of them holds too are left out. */
  readonly choices: readonly Choice[];
  /** Every set was judged to the end. */
  readonly complete: boolean;
}

export interface PlaceBounds extends Bounds {
  /** Told before each search. */
  onSet?(done: number, total: number, what: string): void;
}

/**
 * Judges every set of places, and prices it.
 * More kicks and flushes only make others wait: a set holds where a part of it holds, and breaks where a bigger one breaks; such sets are
 * not searched. The price of a set is that of its places, measured one by one.
 * @throws Mistake SD_UNKNOWN_CHANGE
 */
export async function place(question: PlaceQuestion, bounds: PlaceBounds): Promise<Placement> {
  const { arch, places, mix, mode } = question;
  mustKnowChanges(arch, question.with, 'what may be taken too');
  mustKnowChanges(arch, question.without, 'what is taken out');
  mustKnowPlaces(places);
  const races = question.races.map((race) => ({ ...race, before: stripped(race.before, question.without) }));
  const sets = subsets(question.with).flatMap((chosen) =>
    subsets(places).map((at): Candidate => ({ with: chosen, places: at })),
  );
  const price = pricer({ ...question, races });
  const priced = sets
    .map((set) => ({ ...set, ...price(set.with, set.places) }))
    .sort((a, b) => a.cost - b.cost || a.places.length + a.with.length - b.places.length - b.with.length);
  const searches = new Searches({ ...question, races }, bounds);
  const choices: Choice[] = [];
  for (const [i, set] of priced.entries()) {
    const names = set.places.map(nameOfPlace);
    if (choices.some((c) => c.holds && isPart(c.places, names) && isPart(c.with, set.with))) continue;
    const breaks = await searches.breaking(set, (what) => bounds.onSet?.(i, priced.length, what));
    choices.push({
      places: names,
      with: set.with,
      ipis: set.ipis,
      cost: set.cost,
      breaks,
      holds: breaks.length === 0,
    });
  }
  return {
    schemaVersion: SCHEMA_VERSION,
    arch: arch.id,
    mode,
    mix: mix.map(({ name, operation, weight }) => ({ name, operation: operation.name, weight })),
    races: races.map((r) => r.id).filter((id) => !searches.skipped.has(id)),
    skipped: [...searches.skipped],
    choices: pareto(choices),
    complete: searches.complete,
  };
}

/** A set of places and changes. */
interface Candidate {
  readonly places: readonly Place[];
  readonly with: readonly string[];
}

/** The searches of races under candidates. */
class Searches {
  /** Races that do not apply to the architecture. */
  readonly skipped = new Set<string>();
  /** Every search came to its end. */
  complete = true;
  readonly #held: { readonly set: Candidate; readonly race: string }[] = [];

  constructor(
    private readonly question: PlaceQuestion,
    private readonly bounds: Bounds,
  ) {}

  /** Verdicts of the races that do not hold. One that holds under a part of the set is not searched. */
  async breaking(set: Candidate, onSearch: (what: string) => void): Promise<Verdict[]> {
    const { arch, races, without } = this.question;
    const names = [...set.places.map(nameOfPlace), ...set.with];
    const breaks: Verdict[] = [];
    for (const race of races) {
      if (this.skipped.has(race.id) || this.#isHeld(race.id, set)) continue;
      onSearch(`${race.id} with ${names.join(', ') || 'nothing'}`);
      const verdict = await judgeScenario(
        arch,
        race.scenario,
        onTop(race.before, set.places, set.with),
        `before/${[...names, ...without.map((change) => `-${change}`)].join('+') || 'nothing'}`,
        this.bounds,
      );
      if (verdict.outcome === 'n/a') {
        this.skipped.add(race.id);
        continue;
      }
      if (isOpen(verdict)) this.complete = false;
      if (verdict.outcome === 'clean') this.#held.push({ set, race: race.id });
      else breaks.push(verdict);
    }
    return breaks;
  }

  #isHeld(id: string, set: Candidate): boolean {
    return this.#held.some(
      (known) => known.race === id && known.set.with.join() === set.with.join() && isPart(known.set.places, set.places),
    );
  }
}

const isPart = <T>(part: readonly T[], whole: readonly T[]): boolean => part.every((one) => whole.includes(one));
const subsets = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: 2 ** all.length }, (_, bits) => all.filter((_one, i) => (bits >> i) & 1));

const stripped = (base: Configuration, without: readonly string[]): Configuration =>
  without.length === 0 ? base : { ...base, without: [...(base.without ?? []), ...without] };

/** The configuration with places on top and changes in it. */
const onTop = (base: Configuration, places: readonly Place[], changes: readonly string[]): Configuration => ({
  ...base,
  places,
  with: [...(base.with ?? []), ...changes],
});

/** Sets of which no other costs as little and breaks only a part of the same races. */
function pareto(choices: readonly Choice[]): Choice[] {
  const broken = (c: Choice): string[] => c.breaks.map((v) => v.workload);
  const beats = (a: Choice, b: Choice): boolean =>
    a.cost <= b.cost &&
    isPart(broken(a), broken(b)) &&
    (a.cost < b.cost || broken(a).length < broken(b).length || choices.indexOf(a) < choices.indexOf(b));
  return choices.filter((c) => !choices.some((other) => other !== c && beats(other, c)));
}

/** Prices sets by measuring what each place adds to each operation. */
function pricer({
  arch,
  races,
  mix,
  mode,
}: PlaceQuestion): (changes: readonly string[], places: readonly Place[]) => Pick<Choice, 'ipis' | 'cost'> {
  const measured = new Map<string, number | undefined>();
  const base = races[0]!.before;
  const ipis = (
    operation: CountedOperation,
    changes: readonly string[],
    places: readonly Place[],
  ): number | undefined => {
    const key = [operation.name, ...changes, ...places.map(nameOfPlace)].join();
    if (!measured.has(key)) {
      const { columns, notModelled } = measure(arch, operation, {
        ...MEASURE_DEFAULTS,
        mode,
        configuration: onTop(base, places, changes),
      });
      measured.set(key, notModelled === undefined ? columns.ipis : undefined);
    }
    return measured.get(key);
  };
  return (changes, places) => {
    const each = mix.map(({ name, operation, weight }) => {
      const plain = ipis(operation, changes, []);
      const more = places.map((one) => (ipis(operation, changes, [one]) ?? 0) - (plain ?? 0));
      return { name, weight, ipis: plain === undefined ? undefined : plain + more.reduce((a, b) => a + b, 0) };
    });
    return {
      ipis: Object.fromEntries(each.map((e) => [e.name, e.ipis])),
      cost: each.reduce((sum, e) => sum + e.weight * (e.ipis ?? 0), 0),
    };
  };
}
