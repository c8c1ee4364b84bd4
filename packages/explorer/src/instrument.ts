/** Face of the pass over JavaScript that lets the explorer see the local state of generators. Loads a parser, so nothing else imports it. */
export * from './instrument/instrument.ts';
export { sitesIn, type Site, type SiteOwner } from './instrument/sites.ts';
