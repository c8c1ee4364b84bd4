/**
 * Public face of the instrumentation pass over JavaScript, which makes the local state of generators visible. Loads a
 * parser, so nothing else imports it.
 */
export * from './instrument/instrument.ts';
export { sitesIn, type Site, type SiteOwner } from './instrument/sites.ts';
export { sourceMapOf, type Segment, type SourceMapJson } from './instrument/source-map.ts';
export { notesMap } from './instrument/sources.ts';
