/** What the kit asks: everything that must hold on every architecture. */
import { allHooks, sentenceOfBreach, sentencesOf } from '@shootdown/core';

/** Every `must` of every hook, locks included. */
export const contracts: readonly string[] = [...allHooks.values()].flatMap((hook) =>
  sentencesOf(hook)
    .filter((s) => s.kind === 'must')
    .map((s) => `${hook.hookName}: ${s.sentence}`),
);

export const pageUaf = sentenceOfBreach('page-uaf');
export const tableUaf = sentenceOfBreach('table-uaf');
export const lostWrite = sentenceOfBreach('lost-write');
export const stalePin = sentenceOfBreach('stale-pin');

/** No page and no table is used after it was freed: whatever runs. */
export const lifetimes: readonly string[] = [pageUaf, tableUaf];
