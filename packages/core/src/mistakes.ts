/** Face for whoever only says what is wrong, before or without loading the rest. */
export { didYouMean, EXIT, Mistake, MISTAKES, type MistakeCode } from '@shootdown/explorer/mistakes';
