/** The measure command: what is selected, compared and refused. Nothing is measured for real. */
import { expect, test } from '@jest/globals';
import { MEASURE_DEFAULTS, type CountedOperation, type CountRow, type MeasureOptions } from '@shootdown/core';
import type { Core } from '../src/tokens.ts';
import { shootdown, type Fakes } from './fakes.ts';

const operations: CountedOperation[] = ['munmap1', 'collapse1'].map((name) => ({
  name,
  says: name,
  setUp: [],
  counted: [],
}));
const columns = { ipis: 3, tlbIpis: 3, syncIpis: 0, lazyExitIpis: 0, flushCalls: 1, syncKicks: 0 };
const row = (some: Partial<CountRow> = {}): CountRow => ({
  arch: 'x86-64',
  operation: 'munmap1',
  mode: 'spin3',
  cpus: 2,
  calls: {},
  ...columns,
  ...some,
});

function fakes(rows: readonly CountRow[] = []): Fakes & { readonly asked: MeasureOptions[] } {
  const asked: MeasureOptions[] = [];
  const measure: Core['measure'] = (arch, operation, options) => {
    asked.push(options);
    const kernel = options.configuration.release;
    const { mode, variant = arch.id } = options;
    return {
      arch: variant,
      kernel,
      operation: operation.name,
      mode,
      repetitions: 1,
      columns,
      calls: {},
      steps: 1,
      stepsInAll: 2,
      asked: [],
      tree: [],
    };
  };
  return {
    asked,
    modules: {
      '@shootdown/workloads': {
        races: [],
        variations: [],
        expected: [],
        contractWorkloads: [],
        operations,
        kernelCounts: () => rows,
      },
    },
    core: {
      measure,
      measureRow: (arch, operation, { mode, cpus }, more) =>
        measure(arch, operation, { ...MEASURE_DEFAULTS, mode, cpus, ...more }),
    },
  };
}

test('operations, architectures and modes are chosen by name', async () => {
  const all = fakes();
  const ran = await shootdown('measure munmap1 --arch x86-64,arm64 --mode solo,lazy3 --format csv -q', all);
  expect(ran.exit).toBe(0);
  expect(
    ran.out
      .split('\n')
      .slice(1, -1)
      .map((line) => line.split(',').slice(0, 3).join(' ')),
  ).toEqual(['x86-64 munmap1 solo', 'x86-64 munmap1 lazy3', 'arm64 munmap1 solo', 'arm64 munmap1 lazy3']);
  const json = (await shootdown('measure --json -q --arch arm64 --mode all', fakes())).out;
  expect((JSON.parse(json) as { measured: unknown }).measured).toHaveLength(2 * 5);
});

test('a difference is exit 1, with the CPUs of the row', async () => {
  const same = fakes([row(), row({ mode: 'solo', operation: 'unknown' }), row({ arch: 'vax' })]);
  expect((await shootdown('measure --against -q', same)).exit).toBe(0);
  expect(same.asked.map((options) => [options.mode, options.cpus])).toEqual([['spin3', 2]]);
  const other = await shootdown('measure --against -q', fakes([row({ ipis: 1, tlbIpis: 1 })]));
  expect(other.exit).toBe(1);
  expect(other.out).toContain('different: munmap1:x86-64:spin3: ipis 3, kernel 1; tlbIpis 3, kernel 1');
  expect((await shootdown('measure --against -q --mode away3', fakes([row()]))).exit).toBe(4);
});

test('a kernel is measured when it is asked for', async () => {
  const one = fakes();
  await shootdown('measure munmap1 --arch arm64 --kernel 6.12 -q', one);
  expect(one.asked.map((options) => options.configuration.release)).toEqual(['v6.12']);
});

test('kernel code is run in its plain form, or step by step when that is asked for', async () => {
  const one = fakes();
  await shootdown('measure munmap1 --arch arm64 -q', one);
  await shootdown('measure munmap1 --arch arm64 -q --stepwise', one);
  expect(one.asked.map(({ form }) => form)).toEqual(['plain', 'stepwise']);
});

test('code without a plain form is noted once, beside the result', async () => {
  const one = fakes();
  const { measure } = one.core!;
  one.core!.measure = (...all) => ({
    ...measure!(...all),
    noPlainForm: 'code that was not instrumented is called by it',
  });
  const ran = await shootdown('measure munmap1 collapse1 --arch arm64', one);
  expect(ran.err.split('\n').filter((line) => line.includes('not instrumented'))).toEqual([
    'arm64 is run step by step, which is slower and counts the same: code that was not instrumented is called by it.',
  ]);
  expect(ran.out).not.toContain('not instrumented');
  expect((await shootdown('measure munmap1 --arch arm64 -q', one)).err).toBe('');
});

test('why names one row', async () => {
  const one = fakes();
  expect((await shootdown('measure --why munmap1:arm64:away3 -q', one)).out).toContain('munmap1 on arm64, away3');
  expect(one.asked.map((options) => options.mode)).toEqual(['away3']);
});

test.each([
  ['measure munmap2', 'SD_UNKNOWN_OPERATION: there is no operation munmap2.', 'Did you mean munmap1?'],
  ['measure --mode spin', 'SD_UNKNOWN_MODE: there is no mode spin.', 'Did you mean spin3?'],
  ['measure --kernel 5.10', 'SD_BAD_OPTION: there are no counts of Linux 5.10.', 'Kernels are 6.1, 6.12.'],
  ['measure --why munmap1', 'SD_BAD_OPTION: --why munmap1 names no row.', 'OPERATION:ARCHITECTURE:MODE'],
  ['measure ./nowhere.json', 'SD_BAD_OPERATION: ./nowhere.json cannot be read', 'Is the path right'],
  ['list archs --format csv', 'SD_BAD_OPTION: this command has no --format csv.', 'Only measure has'],
])('%s is refused', async (line, what, hint) => {
  const ran = await shootdown(line, fakes());
  expect(ran.exit).toBe(64);
  expect(ran.err).toContain(what);
  expect(ran.err).toContain(hint);
});
