/** No watcher speaks in a correct program: generated ones, of one thread and of two, on real architectures. */
import { expect, test } from '@jest/globals';
import { notApplicable, type ArchSpec } from '@shootdown/core';
import { byFrames, exploreSync, rig } from '@shootdown/core/testing';
import arm64 from '../../arch-arm64/src/index.ts';
import ppc64 from '../../arch-ppc64/src/index.ts';
import x86 from '../../arch-x86/src/index.ts';
import xen from '../../arch-xen/src/index.ts';
import { onePrograms, storyOf, twoPrograms, type Program } from './programs.ts';

const archs = [...x86, ...xen, ...arm64, ...ppc64];
const KERNELS = ['v6.1', 'v6.12'];

/** What is wrong with a program; undefined when nothing is, or when it does not apply. */
function wrong(arch: ArchSpec, program: Program, release: string, maxStates: number): string | undefined {
  const story = storyOf(program);
  if (notApplicable(arch, story) !== undefined) return undefined;
  const { violations, deadlock } = exploreSync(
    rig(arch, story, { release, says: release }).system,
    { stopAtFirst: true, maxStates },
    byFrames(),
  );
  if (deadlock) return `${program.name} on ${arch.id}, ${release}: deadlock`;
  return violations[0] && `${program.name} on ${arch.id}, ${release}: ${violations[0].claim}`;
}
/** Each program on another architecture and kernel than the one before. */
const told = (programs: readonly Program[], from: number, maxStates: number): string[] =>
  programs.flatMap(
    (program, i) => wrong(archs[(from + i) % archs.length]!, program, KERNELS[(from + i) % 2]!, maxStates) ?? [],
  );

test.each([1, 8])('one thread: %i', (seed) => expect(told(onePrograms(seed, 2), seed, 5000)).toEqual([]));
test.each([2])('two threads: %i', (seed) => expect(told(twoPrograms(seed), seed, 1500)).toEqual([]));
