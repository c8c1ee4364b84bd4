/** Checks races and workloads that somebody wrote by hand, before anything is run. */
import { Mistake } from '@shootdown/explorer';
import type { Flaw, Pattern } from '../words/pattern.ts';
import { configurationPattern, racePattern, scenarioPattern, workloadPattern } from './patterns.ts';
import type { Configuration, Scenario } from './scenario.ts';

/** What is wrong with a race, or a workload, or something else that has a pattern; undefined when nothing is. */
export const flawOfRace = (value: unknown): Mistake | undefined =>
  flawOf(racePattern, value, 'race', nameOfRace(value));
export const flawOfWorkload = (value: unknown): Mistake | undefined =>
  flawOf(workloadPattern, value, 'workload', nameOfWorkload(value));

/**
 * @param value maybe a race
 * @returns its id where it has one, whatever else is wrong with it
 */
export const nameOfRace = (value: unknown): string | undefined => textIn(value, 'id');
/** The name of the scenario, where it has one. */
export const nameOfWorkload = (value: unknown): string | undefined => textIn(keyIn(value, 'scenario'), 'name');

/**
 * What has to be so before a scenario is run under a kernel.
 * @throws Mistake SD_BAD_SCENARIO, SD_BAD_CONFIG
 */
export function checkStory(scenario: Scenario, configuration: Configuration): void {
  const flaw = flawOf(scenarioPattern, scenario, 'scenario', textIn(scenario, 'name'));
  if (flaw) throw flaw;
  checkConfiguration(configuration);
}

/** @throws Mistake SD_BAD_CONFIG */
export function checkConfiguration(configuration: Configuration): void {
  const flaw = configurationPattern(configuration, '');
  if (flaw)
    throw new Mistake(
      'SD_BAD_CONFIG',
      `the kernel "${textIn(configuration, 'says') ?? textIn(configuration, 'release') ?? 'without a name'}"${flaw.at === '' ? '' : `: ${flaw.at}`} ${flaw.what}.`,
      flaw.hint,
    );
  const both = configuration.with?.find((name) => configuration.without?.includes(name));
  if (both !== undefined)
    throw new Mistake(
      'SD_BAD_CONFIG',
      `the kernel "${configuration.says}" is to be with and without ${both}.`,
      'Leave it out of one of the lists.',
    );
}

function flawOf(pattern: Pattern, value: unknown, what: string, name: string | undefined): Mistake | undefined {
  const flaw = pattern(value, '');
  return flaw && asMistake(flaw, name === undefined ? `a ${what}` : `${what} ${name}`);
}

/** `race gup: threads[1] has a key dose, which means nothing.` */
function asMistake({ at, what, hint }: Flaw, where: string): Mistake {
  return new Mistake('SD_BAD_SCENARIO', at === '' ? `${where} ${what}.` : `${where}: ${at} ${what}.`, hint);
}

const keyIn = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
function textIn(value: unknown, key: string): string | undefined {
  const found = keyIn(value, key);
  return typeof found === 'string' && found !== '' ? found : undefined;
}
