/** The suites an architecture calls from its own tests. */
import { describe, expect, test } from '@jest/globals';
import { hooksOf, notApplicable, type ArchSpec, type Scenario } from '@shootdown/core';
import { arch as makeArch } from '@shootdown/core/plugin';
import { bugs, type Bug } from './bugs.ts';
import { aloneStories, stories } from './stories.ts';
import { tell } from './tell.ts';
import { together } from './together.ts';

/** Enough for the biggest story on a slow machine. */
const MINUTES = 3 * 60_000;

/** @param arch one architecture; a package that has several calls this for each */
export function describeArch(arch: ArchSpec): void {
  const applies = (story: Scenario): boolean => notApplicable(arch, story) === undefined;
  describe(`${arch.id} keeps every contract`, () => {
    test('every hook has a body, and its own bodies say where they stand in Linux', () => {
      const nowhere = hooksOf(arch).filter((body) => body.own && !body.source);
      expect(nowhere.map((body) => body.hookName)).toEqual([]);
    });
    describe('alone', () => {
      for (const story of aloneStories.filter(applies))
        test(story.name, async () => expect(await tell(arch, story)).toBe('clean'), MINUTES);
    });
    describe('with another CPU about', () => {
      for (const story of together.filter(applies))
        test(story.name, async () => expect(await tell(arch, story)).toBe('clean'), MINUTES);
    });
  });
}

/** The same stories told to broken hooks: each way to break them is noticed by the one that is there for it. */
export function describePlantedBugs(arch: ArchSpec): void {
  describe(`${arch.id} broken on purpose`, () => {
    for (const bug of bugs.filter(
      ({ isOne, shownBy }) => isOne(arch.machine) && notApplicable(arch, storyCalled(shownBy)) === undefined,
    ))
      test(
        `${bug.name}: shown by ${bug.shownBy}`,
        async () => expect(await tell(withLayer(arch, bug), storyCalled(bug.shownBy))).toMatch(/^broken: /),
        MINUTES,
      );
  });
}

const withLayer = (arch: ArchSpec, bug: Bug): ArchSpec =>
  makeArch({
    id: `${arch.id}-broken`,
    title: bug.name,
    what: bug.name,
    over: arch,
    layers: [bug.layer],
    machine: arch.machine,
  });

function storyCalled(name: string): Scenario {
  const story = stories.find((s) => s.name === name);
  if (!story) throw new Error(`the kit has no story "${name}"`);
  return story;
}
