/** @internal Face for tools that look at code: the sites of instrumented files. Loads a parser, so nothing else imports it. */
export { archCode, kernelCode, type CodeFunction } from './ask/coverage/code-sites.ts';
