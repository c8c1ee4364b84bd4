/**
 * The part of @jest/globals that the tests of this project use, for one process: a test file is imported, and its tests are run in their
 * order until one fails. Snapshots, mocks and timers are not here.
 */
import { createRequire } from 'node:module';
import { format } from 'node:util';

const require = createRequire(import.meta.url);
export const { expect } = createRequire(require.resolve('@jest/globals'))('expect');

let collected = [];
let around = { name: '', before: [], after: [] };

/** Forgets tests that were collected. */
export function begin() {
  collected = [];
  around = { name: '', before: [], after: [] };
}
/** @returns {readonly { name: string, run: () => unknown }[]} */
export const tests = () => collected;

const rowsOf = (table) => table.map((row) => (Array.isArray(row) ? row : [row]));
/** As jest fills a name: `%s` from the row in its order. */
const named = (name, row) =>
  format(name.replace(/%[#%pjo]/g, '%s'), ...row.slice(0, (name.match(/%[a-z]/g) ?? []).length));

export function test(name, body) {
  const { before, after } = around;
  collected.push({
    name: `${around.name}${name}`,
    async run() {
      for (const one of before) await one();
      try {
        await body();
      } finally {
        for (const one of after) await one();
      }
    },
  });
}
test.each = (table) => (name, body) => rowsOf(table).forEach((row) => test(named(name, row), () => body(...row)));
test.skip = () => {};
export const it = test;

export function describe(name, body) {
  const outer = around;
  around = { name: `${outer.name}${name} › `, before: [...outer.before], after: [...outer.after] };
  try {
    body();
  } finally {
    around = outer;
  }
}
describe.each = (table) => (name, body) =>
  rowsOf(table).forEach((row) => describe(named(name, row), () => body(...row)));
export const beforeEach = (body) => around.before.push(body);
export const afterEach = (body) => around.after.push(body);
/** Before the first test of its block: run once, with that test. */
export const beforeAll = (body) => {
  let done;
  around.before.push(() => (done ??= Promise.resolve(body())));
};
export const afterAll = () => {};
export const jest = { setTimeout() {} };
