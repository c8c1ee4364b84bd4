/** The families of random small systems that searches are compared on. */
import fc from 'fast-check';
import { Mistake } from '../../src/api/mistakes.ts';
import type { System } from '../../src/api/system.ts';
import { byFrames, byHistory, type Identity } from '../../src/learned/local-identity.ts';
import { difference, judgedUnlike, sayOf } from './agree.ts';
import { countedUnlike } from './agree-executions.ts';
import { machine, systemOf as machineOf } from './random-machines.ts';
import { program, systemOf as programOf } from './random-programs.ts';
import { queues, systemOf as queuesOf } from './random-queues.ts';
import { twins, systemOf as twinsOf } from './random-twins.ts';
import { raw } from './raw.ts';
import { toy } from './toy.ts';

export interface Family {
  readonly name: string;
  /** Part of all systems that are of this family. */
  readonly share: number;
  readonly arbitrary: fc.Arbitrary<unknown>;
  /** What is wrong with one of them, in words; undefined when nothing is, `too big` when it was not compared. */
  readonly wrong: (it: never, mostStates: number) => string | undefined;
}

/** Systems on which searches, reduced and not, are compared with each other, and with the oracle where they are judged. */
export function family<T>(
  name: string,
  share: number,
  arbitrary: fc.Arbitrary<T>,
  systemOf: (it: T) => System,
  judged: boolean,
  identity?: () => Identity,
): Family {
  const wrong = (it: T, mostStates: number): string | undefined => {
    const system = remembering(systemOf(it));
    try {
      const plain = sayOf(system, {}, mostStates, true, identity?.());
      return (
        difference(system, mostStates, undefined, identity, plain) ??
        (judged ? judgedUnlike(system, mostStates, plain) : undefined)
      );
    } catch (error) {
      if (error instanceof Mistake && error.code === 'SD_POOL_EXHAUSTED') return 'too big';
      throw error;
    }
  };
  return { name, share, arbitrary, wrong };
}

/** Initial values are asked for again by every search: a machine takes its time to find them. */
function remembering(system: System): System {
  const known: (number | undefined)[] = [];
  return { ...system, initial: (cell) => (known[cell] ??= system.initial(cell)) };
}

/** Systems of which complete executions are counted. */
export function counted<T>(
  name: string,
  share: number,
  arbitrary: fc.Arbitrary<T>,
  systemOf: (it: T) => System,
): Family {
  const wrong = (it: T): string | undefined => {
    const found = countedUnlike(systemOf(it), 200, 40);
    return found === 'too big' ? found : found.wrong;
  };
  return { name, share, arbitrary, wrong };
}

/** Where local states are told by frames, loops may be endless: live code, which tells them by history, does not judge these. */
export const TOY_FAMILIES: readonly Family[] = [
  family('toy machines', 0.1, machine, (it) => toy(machineOf(it)), true),
  family('toy machines, by frames', 0.1, machine, (it) => raw(machineOf(it, true)), false, byFrames),
  family(
    'toy programs',
    0.05,
    program,
    (it) => toy(programOf(it)),
    true,
    () => byHistory,
  ),
  family('queues', 0.1, queues, (it) => toy(queuesOf(it)), true),
  counted('executions of machines', 0.02, machine, (it) => toy(machineOf(it))),
  counted('executions of programs', 0.075, program, (it) => toy(programOf(it))),
  family('processes alike', 0.15, twins, (it) => toy(twinsOf(it)), true),
];

/** A property that fails with what is wrong, and passes over what is too big. */
const property = ({ arbitrary, wrong }: Family, mostStates: number): fc.IProperty<[unknown]> =>
  fc.property(arbitrary, (it) => {
    const now = wrong(it as never, mostStates);
    fc.pre(now !== 'too big');
    if (now !== undefined) throw new Error(now);
  });

const told = ({ errorInstance }: fc.RunDetails<[unknown]>): string =>
  errorInstance instanceof Error ? errorInstance.message : String(errorInstance);

/**
 * Tries that many systems of a family, not counting those that are too big.
 * @returns how many; of the smallest that is wrong what is wrong, and its path: where `seed` draws it
 */
export function tryOut(
  family: Family,
  numRuns: number,
  seed: number,
  mostStates = 250,
  shrink = true,
): { tried: number; failure: string | undefined; path: string } {
  const found = fc.check(property(family, mostStates), { seed, numRuns, maxSkipsPerRun: 1000, endOnFailure: !shrink });
  const failure = found.failed ? `${told(found)}\n${JSON.stringify(found.counterexample, undefined, 1)}` : undefined;
  return { tried: found.numRuns, failure, path: found.counterexamplePath ?? '' };
}

/** Tries the one system at this path; says what is wrong. */
export function tryAgain(family: Family, seed: number, path: string, mostStates = 250): string | undefined {
  const found = fc.check(property(family, mostStates), {
    seed,
    path,
    numRuns: 1,
    endOnFailure: true,
    maxSkipsPerRun: 0,
  });
  return found.failed && found.counterexample !== null ? told(found) : undefined;
}
