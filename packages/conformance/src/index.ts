/** What every architecture must pass, told as jest suites. */
export { describeArch, describePlantedBugs } from './describe-arch.ts';
export { describeAnswers, type Answer } from './answers.ts';
