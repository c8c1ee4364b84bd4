/** What races, scenarios and configurations look like: whoever writes them by hand is told which key means nothing, and where. */
import { RELEASES } from '../kernel/releases.ts';
import { LEVELS } from '../words/geometry.ts';
import {
  anyText,
  code,
  either,
  flag,
  listOf,
  number,
  object,
  recordOf,
  text,
  whole,
  word,
  type Pattern,
} from '../words/pattern.ts';
import type { Place } from '../words/place.ts';
import { KERNEL_CONFIG } from '../words/spec.ts';
import type { AreaSpec, Configuration, RaceCase, Scenario, SetupSpec, ThreadSpec } from './scenario.ts';

const names = listOf(text);
/** A sentence, or a watcher by its value: what that has to be like is checked where it is asked. */
const asked: Pattern = (value, at) =>
  typeof value === 'object' && value !== null && 'claim' in value && 'breach' in value ? undefined : text(value, at);
const kernelOption = word(...KERNEL_CONFIG);

const place = object<Place>({ what: word('kick', 'flush'), after: text }, { in: text });
const thread = object<ThreadSpec>({ name: text, cpu: whole(), runs: either(word('kernel'), whole()), does: code }, {});
const setup = object<SetupSpec>({ cpu: whole(), does: code }, { mm: whole() });
const area = object<AreaSpec>({ from: whole(), to: whole(1), thp: word('always', 'never') }, { mm: whole() });
const needs = object<NonNullable<Scenario['needs']>>({}, { config: listOf(kernelOption), operations: names });
const pool = object<NonNullable<Scenario['pool']>>({ frames: whole(1), tables: whole(1) }, {});

/** Titles, years and commits are for readers: nothing depends on them, so whoever writes JavaScript may leave them out. */
type Leave<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

export const scenarioPattern = object<Leave<Scenario, 'title'>>(
  {
    name: text,
    cpus: whole(1, 16),
    areas: listOf(area),
    setup: listOf(setup),
    threads: listOf(thread, 1),
    asks: listOf(asked),
  },
  {
    title: anyText,
    mms: whole(1),
    forked: listOf(whole()),
    geometry: recordOf(whole(0, 9), LEVELS),
    pool,
    memory: word('sc', 'tso'),
    quiet: flag,
    numbers: recordOf(number),
    needs,
  },
);

export const configurationPattern = object<Configuration>(
  { release: word(...RELEASES), says: anyText },
  { with: names, without: names, config: recordOf(flag, KERNEL_CONFIG), places: listOf(place) },
);

export const racePattern = object<Leave<RaceCase, 'title' | 'year' | 'commits'>>(
  { id: text, scenario: scenarioPattern, before: configurationPattern, after: configurationPattern },
  { title: anyText, year: whole(), commits: names, of: text },
);

/** A scenario with its one kernel: see `rig/frequencies.ts`. */
export const workloadPattern = object<{ readonly scenario: Scenario; readonly configuration: Configuration }>(
  { scenario: scenarioPattern, configuration: configurationPattern },
  {},
);
