/**
 * Draws for the pages: of each race what breaks, and of each hook an execution that goes through it. `node dist/pictures.js`, after
 * `dist/measure.js`. Searches that end at a counterexample are short: they are made again.
 */
import {
  allHooks,
  judgeScenario,
  part,
  partFixed,
  replayToken,
  runInTurn,
  sentencesOf,
  type ArchSpec,
  type Parting,
  type RaceCase,
  type Verdict,
} from '@shootdown/core';
import { contractWorkloads, races } from '@shootdown/workloads';
import { effectOf, partingWords, type Book } from '@shootdown/viewer';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ArchFacts } from './facts.ts';
import { archsOf, facts } from './measure.ts';
import { archEntries, cache, fingerprint, packageOf } from './workspace.ts';

/** Pictures by the names of what they are of. */
export interface Pictures {
  readonly races: Readonly<Record<string, Book>>;
  /** Of races, what holds the first execution that breaks off on architectures that do not break. */
  readonly heldOff: Readonly<Record<string, readonly HeldOff[]>>;
  /** Of hooks, and of operations that some picture of a hook or a race goes through. */
  readonly functions: Readonly<Record<string, Book>>;
}
export interface HeldOff {
  readonly arch: string;
  readonly says: string;
}
interface Kept extends Pictures {
  readonly fingerprint: string;
}

const file = join(cache, 'pictures.json');
/** A search that comes so far has found nothing that can be drawn. */
const MAX_STATES = 2_000_000;

/** Those that were drawn last; none where nothing was. */
export const pictures = (): Pictures =>
  existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : { races: {}, heldOff: {}, functions: {} };

async function main(): Promise<void> {
  const entries = await archEntries();
  const print = fingerprint([...entries.map(packageOf), packageOf(fileURLToPath(import.meta.url))]);
  if (existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as Kept).fingerprint === print) return;
  const archs: ArchSpec[] = [];
  for (const entry of entries) archs.push(...(await archsOf(entry)));
  const known = await facts();
  const byRace: Record<string, Book> = {};
  const heldOff: Record<string, readonly HeldOff[]> = {};
  for (const race of races) {
    const book = await raceBook(race, archs, known);
    if (!book) continue;
    byRace[race.id] = book;
    heldOff[race.id] = heldOffIn(race, book, archs, known);
  }
  const kept: Kept = { fingerprint: print, races: byRace, heldOff, functions: functionBooks(archs, known, byRace) };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(kept));
  console.error(
    `docs: ${Object.keys(kept.races).length} races and ${Object.keys(kept.functions).length} functions drawn`,
  );
}

/** What breaks where, beside the fix, and beside an architecture that holds. */
async function raceBook(
  race: RaceCase,
  archs: readonly ArchSpec[],
  known: readonly ArchFacts[],
): Promise<Book | undefined> {
  const wordOf = (arch: ArchSpec) =>
    known.find((one) => one.arch.id === arch.id)?.races.find((word) => word.race === race.id);
  const verdicts: Verdict[] = [];
  const partings: Parting[] = [];
  const safe = archs.find((arch) => wordOf(arch)?.before === 'clean');
  const held = safe && (await judged(race, safe));
  for (const arch of archs) {
    const before = wordOf(arch)?.before;
    if (before !== 'violates' && before !== 'deadlock' && before !== 'never-ends') continue;
    const verdict = await judged(race, arch);
    const fixed = partFixed(verdict, arch, race);
    verdicts.push(verdict);
    if (fixed) partings.push(fixed);
    if (safe && held) partings.push(part([verdict, held], [arch, safe], race.scenario, race.before));
  }
  if (verdicts.length === 0) return undefined;
  const { id, title } = race;
  return {
    title,
    command: `npx shootdown run ${id}`,
    version: '',
    titles: { [id]: title },
    verdicts: [...verdicts, ...(held ? [held] : [])],
    partings,
  };
}

/** The first execution that breaks, followed on each architecture that does not. */
function heldOffIn(
  race: RaceCase,
  { verdicts = [] }: Book,
  archs: readonly ArchSpec[],
  known: readonly ArchFacts[],
): readonly HeldOff[] {
  const [broken] = verdicts;
  const leader = archs.find(({ id }) => id === broken?.arch);
  if (!broken || !leader) return [];
  const clean = known.filter((one) => one.races.some((word) => word.race === race.id && word.before === 'clean'));
  return archs
    .filter(({ id }) => clean.some(({ arch }) => arch.id === id))
    .map((arch) => {
      const other: Verdict = { ...broken, arch: arch.id, outcome: 'clean' };
      delete (other as { counterexample?: unknown }).counterexample;
      return {
        arch: arch.id,
        says: partingWords(part([broken, other], [leader, arch], race.scenario, race.before), leader.id, arch.id),
      };
    });
}

const judged = (race: RaceCase, arch: ArchSpec): Promise<Verdict> =>
  judgeScenario(arch, race.scenario, race.before, 'before', { maxStates: MAX_STATES });

/** One execution for each hook, from a measurement of its contract; and for each operation that one of all these goes through. */
function functionBooks(
  archs: readonly ArchSpec[],
  known: readonly ArchFacts[],
  byRace: Readonly<Record<string, Book>>,
): Record<string, Book> {
  const named = contractWorkloads.map(({ scenario }) => ({
    scenario,
    variants: Object.fromEntries(
      contractWorkloads
        .filter((one) => one.scenario.name === scenario.name)
        .map(({ configuration }) => [configuration.release, configuration]),
    ),
  }));
  const books: Record<string, Book> = {};
  // The first execution is as good as any, unless the function changes nothing in it.
  const draw = (name: string, replay: Required<Book>['replay']): void => {
    if (books[name] && !isIdle(books[name])) return;
    const book = within(name, replay);
    if (!books[name] || !isIdle(book)) books[name] = book;
  };
  for (const [hook, contract] of allHooks) {
    // Where the hook is left all of it has been seen.
    const left = sentencesOf(contract)
      .filter(({ when }) => when === 'leave')
      .map(({ sentence }) => sentence);
    const seen = known.flatMap((one) => one.frequencies).filter((one) => one.hook === hook && one.heldAt !== undefined);
    const token = (seen.find(({ claim }) => left.includes(claim)) ?? seen[0])?.heldAt;
    if (token === undefined) continue;
    const { trace, geometry, configuration, token: read } = replayToken(token, archs, named);
    const { workload, variant, arch } = read;
    const replay = { token, workload, variant, configuration: configuration.says, arch, geometry, trace };
    for (const name of Object.keys(trace.functions)) draw(name, replay);
  }
  for (const book of Object.values(byRace)) {
    const verdict = book.verdicts?.[0];
    if (!verdict?.counterexample) continue;
    const { workload, variant, arch, configuration, counterexample, evidence } = verdict;
    const { trace, token } = counterexample;
    const replay = { token, workload, variant, configuration, arch, geometry: evidence.geometry, trace };
    for (const name of Object.keys(trace.functions)) draw(name, replay);
  }
  for (const replay of inTurn(archs, known, (name) => books[name] !== undefined))
    for (const name of Object.keys(replay.trace.functions)) draw(name, replay);
  return books;
}

/** An execution for each function that a story comes to and that is not drawn yet: its threads run one after the other. */
function* inTurn(
  archs: readonly ArchSpec[],
  known: readonly ArchFacts[],
  isDrawn: (name: string) => boolean,
): Generator<Required<Book>['replay']> {
  const told = [
    ...races.map(({ id, scenario, after }) => ({ id, scenario, configuration: after, variant: 'after' })),
    ...contractWorkloads.map(({ scenario, configuration }) => ({
      id: scenario.name,
      scenario,
      configuration,
      variant: configuration.release,
    })),
  ];
  for (const {
    arch: { id },
    stories,
  } of known)
    for (const { id: story, stacks } of stories) {
      const arch = archs.find((one) => one.id === id);
      const one = told.find((candidate) => candidate.id === story);
      for (let first = 0; arch && one && first < one.scenario.threads.length; first++) {
        if (stacks.flat().every(isDrawn)) break;
        const { scenario, configuration, variant } = one;
        const { token, geometry, trace } = runInTurn(arch, scenario, configuration, variant, first);
        yield { token, workload: scenario.name, variant, configuration: configuration.says, arch: id, geometry, trace };
      }
    }
}

/** Does the function change nothing in what is drawn of it? */
const isIdle = ({ replay }: Book): boolean =>
  replay?.within === undefined || (effectOf(replay.trace, replay.within)?.changes.length ?? 0) === 0;

/** An execution from the call of a function on that is drawn. */
function within(name: string, replay: Required<Book>['replay']): Book {
  const start =
    effectOf(replay.trace, name)?.first ?? replay.trace.events.find(({ where }) => where.includes(name))?.number ?? 1;
  return {
    title: name,
    command: `npx shootdown replay ${replay.token}`,
    version: '',
    replay: { ...replay, start, within: name },
  };
}

if (basename(process.argv[1] ?? '') === 'pictures.js' && dirname(process.argv[1] ?? '').endsWith('dist')) await main();
