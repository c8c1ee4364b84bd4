/** What the kit asks: everything that must hold on every architecture. */
import { allHooks, sentencesOf, watches } from '@shootdown/core';

/** Every `must` of every hook, locks included. */
export const contracts: readonly string[] = [...allHooks.values()].flatMap((hook) =>
  sentencesOf(hook)
    .filter((s) => s.kind === 'must')
    .map((s) => `${hook.hookName}: ${s.sentence}`),
);

const sentence = (breach: string): string => {
  const watch = watches.find((w) => w.breach === breach);
  if (!watch) throw new Error(`no watcher looks for ${breach}`);
  return watch.claim;
};

export const pageUaf = sentence('page-uaf');
export const tableUaf = sentence('table-uaf');
export const lostWrite = sentence('lost-write');
export const stalePin = sentence('stale-pin');

/** No page and no table is used after it was freed: whatever runs. */
export const lifetimes: readonly string[] = [pageUaf, tableUaf];
