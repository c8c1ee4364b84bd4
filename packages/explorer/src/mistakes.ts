/** Face for whoever only says what is wrong: loads nothing else. */
export { didYouMean, EXIT, Mistake, MISTAKES, type MistakeCode } from './api/mistakes.ts';
