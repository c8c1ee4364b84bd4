/** Since which release does a story break, or hold, and by which single change? */
import type { ArchSpec } from '../arch/declaration.ts';
import { changesKnownTo } from '../arch/changes.ts';
import { Mistake } from '@shootdown/explorer';
import { mustBeRelease, RELEASES } from '../kernel/releases.ts';
import { notApplicable } from '../rig/rig.ts';
import { changesOf } from '../rig/stack.ts';
import type { Change } from '../words/change.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { judgeScenario, type Bounds } from './judge.ts';
import { isOpen, SCHEMA_VERSION, type Verdict } from './verdict.ts';

/** A change that alone makes the difference. */
export interface Culprit {
  readonly name: string;
  readonly commit: string;
  readonly says: string;
  /** `added`: the older kernel with it goes as the newer one; `removed`: it does without it; `taken back`: the newer one without it goes as the older one. */
  readonly how: 'added' | 'removed' | 'taken back';
}

/** Two releases between which a story goes another way. */
export interface Turn {
  readonly from: string;
  readonly to: string;
  readonly word: 'fixed' | 'broken' | 'undecided';
  /** Empty, and nothing `undecided`: no change alone makes the difference. */
  readonly by: readonly Culprit[];
  /** Changes of which it is not known: a search with one of them met its bound or was interrupted. */
  readonly undecided: readonly string[];
}

/** How a story went over the releases on one architecture. Plain data. */
export interface Bisected {
  readonly schemaVersion: number;
  readonly workload: string;
  readonly arch: string;
  /** Oldest first. */
  readonly verdicts: readonly Verdict[];
  readonly turns: readonly Turn[];
  /** Changes, of any release or of none, under which the newest kernel that breaks holds too. */
  readonly alsoHeldOffBy: readonly Culprit[];
  /** False: it was interrupted, or a search met its bound, so that there may be more to say. */
  readonly complete: boolean;
}

export interface BisectBounds extends Bounds {
  readonly from?: string;
  readonly to?: string;
  /** Told before each search. */
  onKernel?(says: string): void;
}

/**
 * Judges a story under every release of a range, and at each turn under the changes between.
 * @returns nothing where the story does not apply
 * @throws Mistake SD_BAD_CONFIG for a release that is not in the table, SD_BAD_OPTION for a range that holds fewer than two
 */
export async function bisect(arch: ArchSpec, scenario: Scenario, bounds: BisectBounds): Promise<Bisected | undefined> {
  if (notApplicable(arch, scenario) !== undefined) return undefined;
  const releases = rangeOf(bounds.from ?? RELEASES[0], bounds.to ?? RELEASES.at(-1)!);
  const known = new Map<string, Verdict>();
  let complete = true;
  /** Kernels that have the same changes are the same. */
  const judged = async (configuration: Configuration): Promise<Verdict> => {
    const key = changesOf(arch, configuration)
      .map(({ name }) => name)
      .sort()
      .join();
    const found = known.get(key);
    if (found) return { ...found, variant: configuration.release, configuration: configuration.says };
    bounds.onKernel?.(configuration.says);
    const verdict = await judgeScenario(arch, scenario, configuration, configuration.release, bounds);
    known.set(key, verdict);
    if (isOpen(verdict)) complete = false;
    return verdict;
  };
  const verdicts: Verdict[] = [];
  for (const release of releases) {
    if (bounds.signal?.aborted) break;
    verdicts.push(await judged(kernel(release)));
  }
  const turns: Turn[] = [];
  for (const [i, newer] of verdicts.entries()) {
    const older = verdicts[i - 1];
    if (older && goes(older) !== goes(newer))
      turns.push(await turnOf(arch, releases[i - 1]!, releases[i]!, [older, newer], judged));
  }
  const last = verdicts.findLastIndex((verdict) => goes(verdict) === 'breaks');
  const alsoHeldOffBy = last < 0 ? [] : await heldOffBy(arch, releases[last]!, turns, judged);
  return {
    schemaVersion: SCHEMA_VERSION,
    workload: scenario.name,
    arch: arch.id,
    verdicts,
    turns,
    alsoHeldOffBy,
    complete: complete && bounds.signal?.aborted !== true,
  };
}

type Judged = (configuration: Configuration) => Promise<Verdict>;

const kernel = (release: string, more: Partial<Configuration> = {}): Configuration => ({
  release,
  says: [
    `Linux ${release.slice(1)}`,
    ...(more.with ?? []).map((c) => `with ${c}`),
    ...(more.without ?? []).map((c) => `without ${c}`),
  ].join(' '),
  ...more,
});

/** A kernel without what the story needs (`n/a`) neither holds nor breaks. */
const goes = (verdict: Verdict): 'holds' | 'breaks' | 'open' => {
  if (isOpen(verdict) || verdict.outcome === 'n/a') return 'open';
  return verdict.outcome === 'clean' ? 'holds' : 'breaks';
};

function rangeOf(from: string, to: string): string[] {
  for (const name of [from, to]) mustBeRelease(name);
  const all: readonly string[] = RELEASES;
  const range = all.slice(all.indexOf(from), all.indexOf(to) + 1);
  if (range.length < 2)
    throw new Mistake(
      'SD_BAD_OPTION',
      `from ${from} to ${to} there is nothing to compare.`,
      'Name an older release, then a newer one.',
    );
  return range;
}

async function turnOf(
  arch: ArchSpec,
  from: string,
  to: string,
  [older, newer]: readonly [Verdict, Verdict],
  judged: Judged,
): Promise<Turn> {
  // From or to what nobody knows: no change can be said to make the difference.
  if (goes(older) === 'open' || goes(newer) === 'open') return { from, to, word: 'undecided', by: [], undecided: [] };
  const word = goes(newer) === 'holds' ? 'fixed' : 'broken';
  const had = changesOf(arch, kernel(from));
  const has = changesOf(arch, kernel(to));
  const by: Culprit[] = [];
  const undecided: string[] = [];
  /** Does a kernel with or without the change go as is asked? */
  const makes = async (change: Change, configuration: Configuration, wanted: Verdict): Promise<boolean> => {
    const found = await tried(judged, configuration);
    if (found === 'open') undecided.push(change.name);
    return found === goes(wanted);
  };
  for (const change of has.filter(({ name }) => !had.some((one) => one.name === name))) {
    if (await makes(change, kernel(from, { with: [change.name] }), newer)) by.push(culprit(change, 'added'));
    else if (await makes(change, kernel(to, { without: [change.name] }), older)) by.push(culprit(change, 'taken back'));
  }
  for (const change of had.filter(({ name }) => !has.some((one) => one.name === name)))
    if (await makes(change, kernel(from, { without: [change.name] }), newer)) by.push(culprit(change, 'removed'));
  return { from, to, word, by, undecided: [...new Set(undecided)] };
}

/** Every other change, one at a time. */
async function heldOffBy(arch: ArchSpec, release: string, turns: readonly Turn[], judged: Judged): Promise<Culprit[]> {
  const has = new Set(changesOf(arch, kernel(release)).map(({ name }) => name));
  const told = new Set(turns.flatMap(({ by }) => by.map(({ name }) => name)));
  const found: Culprit[] = [];
  for (const change of changesKnownTo(arch)) {
    if (has.has(change.name) || told.has(change.name)) continue;
    if ((await tried(judged, kernel(release, { with: [change.name] }))) === 'holds')
      found.push(culprit(change, 'added'));
  }
  return found;
}

/** A kernel that never could be, as a change builds on another, says nothing. */
async function tried(judged: Judged, configuration: Configuration): Promise<ReturnType<typeof goes> | undefined> {
  try {
    return goes(await judged(configuration));
  } catch (error) {
    if (error instanceof Mistake && error.code === 'SD_INCOHERENT_CHANGES') return undefined;
    throw error;
  }
}

const culprit = ({ name, commit, says }: Change, how: Culprit['how']): Culprit => ({ name, commit, says, how });
