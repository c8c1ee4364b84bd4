/** Names that stories and kernels give to what architectures bring: a slip would switch nothing, and be told of nothing. */
import { changesKnownTo } from '../arch/changes.ts';
import type { ArchSpec } from '../arch/declaration.ts';
import { PROPOSALS } from '../arch/proposals.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { GENERIC_CHANGES } from '../kernel/changes.ts';
import { exploringNumbers, genericNumbers } from '../kernel/numbers.ts';
import { operationSources } from '../kernel/operation.ts';
import { didYouMean, Mistake } from '@shootdown/explorer';
import type { Place } from '../words/place.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';

/** What some architectures know, by kind. */
export interface KnownNames {
  /** Changes that a configuration may switch (`with`, `without`). */
  readonly changes: ReadonlySet<string>;
  /** Thresholds that a scenario may set (`numbers`). */
  readonly numbers: ReadonlySet<string>;
  /** Operations of architectures that a scenario may need. */
  readonly operations: ReadonlySet<string>;
}

/** A scenario and the kernels it is told to. */
export interface Told {
  readonly scenario: Scenario;
  readonly configurations: readonly Configuration[];
}

/** What `cpu.has` may be asked on an architecture. */
export const askableOn = (arch: ArchSpec): ReadonlySet<string> => new Set(changesKnownTo(arch).map(({ name }) => name));

/** What any of these architectures knows, and generic code. */
export function namesKnownTo(archs: readonly ArchSpec[]): KnownNames {
  const numbers = archs.flatMap(({ machine }) => [
    ...Object.keys(genericNumbers(machine.geometry)),
    ...Object.keys(machine.numbers),
    ...Object.keys(machine.exploring),
  ]);
  return {
    changes: new Set(
      [...GENERIC_CHANGES, ...PROPOSALS, ...archs.flatMap(({ history }) => history)].map(({ name }) => name),
    ),
    numbers: new Set([...Object.keys(exploringNumbers), ...numbers]),
    operations: new Set(archs.flatMap(({ operations }) => Object.keys(operations))),
  };
}

/** The first name that nobody knows, as a mistake; undefined where all are known. */
export function strangerIn({ scenario, configurations }: Told, known: KnownNames): Mistake | undefined {
  const named: readonly (readonly [name: string, where: string, kind: keyof KnownNames, what: string])[] = [
    ...configurations.flatMap((configuration) =>
      (['with', 'without'] as const).flatMap((how) =>
        (configuration[how] ?? []).map(
          (name) => [name, `${how} of "${configuration.says}"`, 'changes', 'change'] as const,
        ),
      ),
    ),
    ...Object.keys(scenario.numbers ?? {}).map((name) => [name, 'numbers', 'numbers', 'number of a machine'] as const),
    ...(scenario.needs?.operations ?? [])
      .flatMap((names) => names.split('|'))
      .map((name) => [name, 'needs.operations', 'operations', 'operation of an architecture'] as const),
  ];
  const strange = named.find(([name, , kind]) => !known[kind].has(name));
  if (!strange) return undefined;
  const [name, where, kind, what] = strange;
  const code = kind === 'changes' ? 'SD_UNKNOWN_CHANGE' : 'SD_BAD_SCENARIO';
  return new Mistake(
    code,
    `scenario ${scenario.name}: ${where} names ${name}, and no ${what} is called so.`,
    nearOr(name, known[kind]),
  );
}

/**
 * Changes that are asked for by name on one architecture.
 * @param where who names them, for messages
 * @throws Mistake SD_UNKNOWN_CHANGE
 */
export function mustKnowChanges(arch: ArchSpec, names: readonly string[], where: string): void {
  const known = new Set(changesKnownTo(arch).map(({ name }) => name));
  const strange = names.find((name) => !known.has(name));
  if (strange !== undefined)
    throw new Mistake(
      'SD_UNKNOWN_CHANGE',
      `${where} names ${strange}, and ${arch.id} has no change of that name.`,
      nearOr(strange, known),
    );
}

/**
 * Places lie behind hooks, perhaps only within an operation or another hook.
 * @throws Mistake SD_UNKNOWN_HOOK_NAME, SD_UNKNOWN_OPERATION
 */
export function mustKnowPlaces(places: readonly Place[]): void {
  const around = new Set([...operationSources().keys(), ...allHooks.keys(), ...GATHER]);
  for (const { after, in: inside } of places) {
    if (!allHooks.has(after))
      throw new Mistake('SD_UNKNOWN_HOOK_NAME', `there is no hook ${after}.`, nearOr(after, new Set(allHooks.keys())));
    if (inside === undefined || around.has(inside)) continue;
    const near = didYouMean(inside, around);
    throw new Mistake(
      'SD_UNKNOWN_OPERATION',
      `${after}.${inside} names ${inside}, and no operation or hook is called so.`,
      near ? `Did you mean ${near}?` : 'Call stacks of traces show which operations there are.',
    );
  }
}
/** Functions of the gather that are on call stacks, and neither hooks nor operations. */
const GATHER = ['tlb_flush_mmu_tlbonly', 'tlb_table_flush'];

function nearOr(name: string, known: ReadonlySet<string>): string {
  const near = didYouMean(name, known);
  return near ? `Did you mean ${near}?` : `Known: ${[...known].sort().join(', ') || 'none'}.`;
}
