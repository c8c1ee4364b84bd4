/** One run of a counted operation without a patch and with it: which counts became others. */
import type { ArchSpec } from '../arch/declaration.ts';
import { runtime } from '@shootdown/explorer';
import { kernelNamed, measure, MEASURE_DEFAULTS, type Measured } from '../measure/measure.ts';
import type { CountedOperation, Mode } from '../measure/operation.ts';
import { COLUMNS } from '../measure/tally.ts';
import type { Patch } from '../words/patch.ts';
import { withPatchIn } from '../rig/patched.ts';

/** A number that is another one. Per repetition. */
export interface ChangedCount {
  /** A column of `measure`, a function that is entered, or `steps` of the machine. */
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

/** An operation that comes by a patch. Plain data. */
export interface PatchedCount {
  readonly operation: string;
  readonly arch: string;
  readonly kernel: string;
  readonly mode: Mode;
  /** Labels of sites of the patch that the run came by. */
  readonly reached: readonly string[];
  /** Columns first, then `steps`, then functions. Empty: nothing became another number. */
  readonly changed: readonly ChangedCount[];
  /** What one of them came to that is not modelled, and the other did not. */
  readonly notModelled?: string;
}

/**
 * The kernel is named as `KERNELS` has it; `isPatch` says whether a label is one of a site of the patch.
 * @returns nothing where the run does not come by the patch
 * @throws Mistake when the patch or the operation is wrong
 */
export function measurePatched(
  arch: ArchSpec,
  operation: CountedOperation,
  { mode, kernel, patch, isPatch }: { mode: Mode; kernel: string; patch: Patch; isPatch: (label: string) => boolean },
): PatchedCount | undefined {
  const options = { ...MEASURE_DEFAULTS, mode, configuration: kernelNamed(kernel) };
  const reached = new Set<string>();
  runtime.reached = reached;
  let patched: Measured;
  try {
    // Step by step: plain code does not say where it comes by.
    patched = measure(arch, operation, {
      ...options,
      form: 'stepwise',
      configuration: withPatchIn(options.configuration, patch),
    });
  } finally {
    runtime.reached = undefined;
  }
  const theirs = [...reached].filter(isPatch).sort();
  if (theirs.length === 0) return undefined;
  const base = measure(arch, operation, options);
  const stopped = patched.notModelled !== base.notModelled;
  return {
    operation: operation.name,
    arch: arch.id,
    kernel,
    mode,
    reached: theirs,
    changed: changesOf(base, patched),
    ...(stopped && { notModelled: patched.notModelled ?? base.notModelled ?? '' }),
  };
}

function changesOf(base: Measured, patched: Measured): ChangedCount[] {
  const pairs: (readonly [what: string, from: number, to: number])[] = [
    ...COLUMNS.map((column) => [column, base.columns[column], patched.columns[column]] as const),
    ['steps', base.steps, patched.steps],
    ...[...new Set([...Object.keys(base.calls), ...Object.keys(patched.calls)])]
      .sort()
      .map((name) => [name, base.calls[name] ?? 0, patched.calls[name] ?? 0] as const),
  ];
  return pairs.flatMap(([what, from, to]) => (from === to ? [] : [{ what, from, to }]));
}
