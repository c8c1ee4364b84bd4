/**
 * @mirror Face for whoever changes kernel code: every function of the generic kernel that stands at the top of a file, and all that plugins have.
 * Names are those of Linux; what they do is said where they stand.
 */
export * from './plugin.ts';
export * from './kernel/all.ts';
export { wholeOf } from './words/areas.ts';
