/** The sentences that stories ask, by the word reference data use for a breach. */
import { sentenceOfBreach } from '@shootdown/core';

export const tableUaf = sentenceOfBreach('table-uaf');
export const pageUaf = sentenceOfBreach('page-uaf');
export const wrongTypeWalk = sentenceOfBreach('wrong-type-walk');
export const lostWrite = sentenceOfBreach('lost-write');
export const lostDirty = sentenceOfBreach('lost-dirty');
export const missedUnmap = sentenceOfBreach('missed-unmap');
export const secondaryUaf = sentenceOfBreach('secondary-uaf');
export const stillCounted = sentenceOfBreach('still-counted');
export const mapcountMismatch = sentenceOfBreach('mapcount-mismatch');
export const staleMigrationEntry = sentenceOfBreach('stale-migration-entry');
export const cowViolation = sentenceOfBreach('cow-violation');
export const staleTranslation = sentenceOfBreach('stale-translation');
export const stalePin = sentenceOfBreach('stale-pin');
export const lostTable = sentenceOfBreach('lost-table');
export const tlbMultihit = sentenceOfBreach('tlb-multihit');
