/** What a patch made otherwise: values, for every form. */
import type { PatchedCell, PatchedCount } from '@shootdown/core';

/** A place of the patch that nothing came by. */
export interface UnreachedLine {
  readonly file: string;
  readonly line: number;
  /** The function it stands in. */
  readonly in: string;
  /** The code there. */
  readonly text: string;
}

/** All that was found out. Plain data. */
export interface PatchResult {
  readonly name: string;
  readonly says: string;
  readonly file: string;
  readonly archs: readonly string[];
  /** Workloads that come by the patch, under each of their kernels. */
  readonly cells: readonly PatchedCell[];
  /** Counted operations that do. */
  readonly counts: readonly PatchedCount[];
  /** False: nobody asked for counts. */
  readonly counted: boolean;
  /** Workloads, kernels and architectures that were asked whether they do. */
  readonly searched: number;
  /** False: whether a workload comes by the patch was told by some of its executions only. */
  readonly all: boolean;
  /** False: it was interrupted. */
  readonly complete: boolean;
  readonly unreached: readonly UnreachedLine[];
  /** Nothing at all differs, down to the number of states and of counted steps: the workloads do not tell the patch from what is there. */
  readonly untold: boolean;
  readonly seconds: number;
}
