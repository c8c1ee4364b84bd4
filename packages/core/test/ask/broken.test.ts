/** What is wrong with an execution, in a sentence and a word. */
import { expect, test } from '@jest/globals';
import type { Trace } from '@shootdown/explorer';
import { brokenIn } from '../../src/ask/broken.ts';
import { sentenceOfBreach } from '../../src/rig/watchers.ts';

const quiet: Trace = {
  processes: [],
  cells: {},
  initial: [],
  functions: {},
  events: [],
  waits: [],
  edges: [],
  overtaken: [],
  brokenAtEnd: [],
  stuck: [],
};
const event = (...claims: string[]): Trace['events'][number] => ({
  number: 1,
  process: 'A',
  cpu: 0,
  where: [],
  kind: 'load',
  text: '',
  cells: [],
  observed: 0,
  changes: [],
  broken: claims.map((claim) => ({ claim })),
});
const claim = sentenceOfBreach('table-uaf');
const stuck = [{ process: 'A', waitsFor: 'a lock' }];

test.each<[string, Partial<Trace>, string | undefined]>([
  ['nothing is wrong', {}, undefined],
  ['the first claim that breaks', { events: [event(), event(claim), event('other')], stuck }, 'table-uaf'],
  ['a claim at the end', { brokenAtEnd: [{ claim }] }, 'table-uaf'],
  ['a claim of a hook', { events: [event('pmd_clear: the PMD is none')] }, 'contract'],
  ['somebody waits for ever', { stuck, loop: { from: 1, processes: [] } }, 'deadlock'],
  ['steps that happen again and again', { loop: { from: 1, processes: [] } }, 'livelock'],
])('%s', (_, some, breach) => {
  expect(brokenIn({ ...quiet, ...some }, [])?.breach).toBe(breach);
});
