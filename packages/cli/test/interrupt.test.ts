/** Ctrl-C: what is proved by then is printed. */
import { expect, test } from '@jest/globals';
import { shootdown, verdictOf } from './fakes.ts';

test('run prints the verdicts that are there and exits 130', async () => {
  const controller = new AbortController();
  let n = 0;
  const { exit, out } = await shootdown('run gup zap --arch x86-64', {
    interrupt: controller.signal,
    core: {
      judgeScenario: async (_arch, scenario, _configuration, variant, { signal }) => {
        if (++n === 2) controller.abort();
        return verdictOf({ workload: scenario.name, variant, outcome: signal?.aborted ? 'interrupted' : 'clean' });
      },
    },
  });
  expect(exit).toBe(130);
  expect(n).toBe(2);
  expect(out).toContain('ok    gup before');
  expect(out).toContain('..    gup after');
  expect(out).toContain('10 states');
});

test('compare says how far the interrupted cell came', async () => {
  const controller = new AbortController();
  const cut = verdictOf({
    outcome: 'interrupted',
    evidence: { ...verdictOf({}).evidence, grade: 'partial', states: 4321 },
  });
  const { exit, out } = await shootdown('compare', {
    interrupt: controller.signal,
    core: {
      compareRaces: async () => {
        controller.abort();
        return {
          schemaVersion: 2,
          archs: ['x86-64'],
          rows: [
            {
              id: 'gup',
              title: '',
              year: 2022,
              cells: [
                {
                  arch: 'x86-64',
                  before: cut,
                  after: cut,
                  expectedBefore: 'clean',
                  expectedAfter: 'clean',
                  agreement: 'open',
                },
              ],
            },
          ],
          seconds: 0,
          complete: false,
        };
      },
    },
  });
  expect(exit).toBe(130);
  expect(out).toContain('interrupted after 4,321 states');
});
