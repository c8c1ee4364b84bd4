/** What every architecture must pass. */
import { describeArch, describePlantedBugs } from '@shootdown/conformance';
import arches from '../src/index.ts';

arches.forEach(describeArch);
arches.forEach(describePlantedBugs);
