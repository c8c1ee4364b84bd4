/** When are two local states of a process the same? */
import type { Step } from '../words/step.ts';

/**
 * Asked right after the code of a process stopped at `step`. Local states with equal names are one; they must behave alike.
 * No name: the state is told apart by everything its process has observed.
 */
export type Identity = (process: number, step: Step) => string | undefined;

/** Sound for any code, and needs no help: what a process has observed since it started decides what it does. */
export const byHistory: Identity = () => undefined;
