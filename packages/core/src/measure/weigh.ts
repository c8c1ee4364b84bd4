/** What changes cost and save: interrupts and atomic operations of a mix of operations, under each of several kernels. */
import type { ArchSpec } from '../arch/declaration.ts';
import { mustKnowChanges } from '../rig/names.ts';
import type { Step } from '@shootdown/explorer';
import type { Configuration } from '../workload/scenario.ts';
import { measure, MEASURE_DEFAULTS } from './measure.ts';
import type { CountedOperation, Mode } from './operation.ts';

/** Steps that are one atomic read-modify-write each. */
const ATOMIC = new Set([
  'xchg',
  'cmpxchg',
  'add',
  'add_return',
  'dec_and_test',
  'inc_not_zero',
  'update',
  'or',
  'andnot',
]);

/** A part of a mix. */
export interface Part {
  readonly name: string;
  readonly operation: CountedOperation;
  /** How often it comes. */
  readonly weight: number;
}

/** What one kernel needs for the mix. */
export interface Weighed {
  readonly says: string;
  /** Of each part, for one operation; undefined where it is not modelled. */
  readonly each: Readonly<Record<string, { readonly ipis: number; readonly atomics: number } | undefined>>;
  /** By the weights of the mix. */
  readonly ipis: number;
  readonly atomics: number;
}

/**
 * Measures each part once under each kernel. Atomic operations are counted on the CPU that is measured, set-up left out.
 * @throws Mistake SD_UNKNOWN_CHANGE; another when an operation or the architecture is wrong
 */
export function weigh(arch: ArchSpec, mix: readonly Part[], mode: Mode, kernels: readonly Configuration[]): Weighed[] {
  for (const { says, with: more = [], without: fewer = [] } of kernels)
    mustKnowChanges(arch, [...more, ...fewer], `the kernel "${says}"`);
  return kernels.map((configuration) => {
    const each = mix.map((part) => ({ ...part, costs: costsOf(arch, part.operation, mode, configuration) }));
    const sum = (key: 'ipis' | 'atomics'): number =>
      each.reduce((total, { weight, costs }) => total + weight * (costs?.[key] ?? 0), 0);
    return {
      says: configuration.says,
      each: Object.fromEntries(each.map(({ name, costs }) => [name, costs])),
      ipis: sum('ipis'),
      atomics: sum('atomics'),
    };
  });
}

function costsOf(
  arch: ArchSpec,
  operation: CountedOperation,
  mode: Mode,
  configuration: Configuration,
): { ipis: number; atomics: number } | undefined {
  const atomicsOf = (counted: CountedOperation): { n: number; ipis: number; modelled: boolean } => {
    let n = 0;
    const count = (step: Step): void => {
      if (ATOMIC.has(step.kind) && step.cpu === 0) n++;
    };
    const { columns, notModelled, repetitions } = measure(arch, counted, {
      ...MEASURE_DEFAULTS,
      mode,
      configuration,
      watchSteps: () => {
        n = 0;
        return count;
      },
    });
    return { n: n / repetitions, ipis: columns.ipis, modelled: notModelled === undefined };
  };
  const all = atomicsOf(operation);
  const setUp = atomicsOf({ ...operation, counted: [] });
  return all.modelled ? { ipis: all.ipis, atomics: all.n - setUp.n } : undefined;
}
