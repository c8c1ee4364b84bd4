/** What is to be searched: workloads, under each of their kernels, on architectures. */
import { Mistake } from '@shootdown/core/mistakes';
import type { ArchSpec, Configuration, Named } from '@shootdown/core';

/** One search to come. */
export interface Job {
  readonly arch: ArchSpec;
  readonly scenario: Named['scenario'];
  readonly variant: string;
  readonly configuration: Configuration;
}

/**
 * Every workload under each of its kernels on each architecture, in that order.
 * @param wanted only this variant; absent: all
 * @throws Mistake SD_BAD_OPTION when a workload has no such variant
 */
export function jobsOf(workloads: readonly Named[], archs: readonly ArchSpec[], wanted: string | undefined): Job[] {
  return workloads.flatMap(({ scenario, variants }) => {
    const chosen = Object.entries(variants).filter(([variant]) => wanted === undefined || variant === wanted);
    if (chosen.length === 0)
      throw new Mistake(
        'SD_BAD_OPTION',
        `${scenario.name} has no variant ${wanted}.`,
        `It has ${Object.keys(variants).join(', ')}.`,
      );
    return chosen.flatMap(([variant, configuration]) =>
      archs.map((arch) => ({ arch, scenario, variant, configuration })),
    );
  });
}
