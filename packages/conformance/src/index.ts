/** What every architecture must pass, told as jest suites. */
export { describeArch } from './describe-arch.ts';
