/** The families of random small systems that searches are compared on: those of the machine, and toys. */
import { byFrames } from '@shootdown/explorer';
import { counted, family, TOY_FAMILIES, type Family } from '../../../explorer/test/search/families.ts';
import { cpus, cpusAlike, systemOf } from './random-cpus.ts';

export { tryOut } from '../../../explorer/test/search/families.ts';

export const FAMILIES: readonly Family[] = [
  family('the machine', 0.2, cpus, systemOf, true),
  family('the machine, by frames', 0.15, cpus, systemOf, false, byFrames),
  family('CPUs alike', 0.1, cpusAlike, systemOf, false),
  family('CPUs alike, by frames', 0.05, cpusAlike, systemOf, false, byFrames),
  counted('executions of the machine', 0.005, cpus, systemOf),
  ...TOY_FAMILIES,
];
