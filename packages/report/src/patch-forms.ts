/** What a patch made otherwise, for machines that collect tests: JUnit and KTAP. One test is one workload under one kernel on one architecture. */
import type { PatchedCell } from '@shootdown/core';
import type { PatchResult } from './patch-result.ts';
import { wordOf } from './words.ts';

const FAILS: readonly PatchedCell['word'][] = ['broken', 'otherwise'];
const OPEN: readonly PatchedCell['word'][] = ['newly undecided', 'undecided'];

/** A test, however it is written. */
interface Line {
  readonly suite: string;
  readonly name: string;
  readonly state: 'ok' | 'fail' | 'skip';
  readonly says: string;
  readonly seconds: number;
}

function linesOf({ cells, counts, unreached, untold, complete }: PatchResult): Line[] {
  const whole = (name: string, says: string): Line => ({ suite: 'patch', name, state: 'skip', says, seconds: 0 });
  return [
    ...(complete ? [] : [whole('complete', 'interrupted: what was not searched is not known')]),
    ...(untold ? [whole('told', 'no workload tells the patch from the kernel that is there')] : []),
    ...cells.map(({ workload, variant, arch, word, base, patched }): Line => ({
      suite: workload,
      name: `${variant} on ${arch}`,
      state: FAILS.includes(word) ? 'fail' : OPEN.includes(word) ? 'skip' : 'ok',
      says: [
        `${wordOf(base.outcome)} -> ${wordOf(patched.outcome)}`,
        ...(patched.counterexample ? [patched.counterexample.claim, `replay ${patched.counterexample.token}`] : []),
      ].join('; '),
      seconds: base.evidence.seconds + patched.evidence.seconds,
    })),
    ...counts.map(({ operation, arch, kernel, mode, changed, notModelled }): Line => ({
      suite: operation,
      name: `${mode} on ${arch}, Linux ${kernel}`,
      state: notModelled === undefined ? 'ok' : 'skip',
      says:
        notModelled ?? (changed.map(({ what, from, to }) => `${what} ${from} -> ${to}`).join(', ') || 'same counts'),
      seconds: 0,
    })),
    ...unreached.map(({ file, line, in: where, text }): Line => ({
      suite: 'unreached lines',
      name: `${file}:${line}`,
      state: 'skip',
      says: `no workload reaches ${where}: ${text}`,
      seconds: 0,
    })),
  ];
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** JUnit XML. */
export function junitOf(result: PatchResult): string {
  const lines = linesOf(result);
  const of = (state: Line['state']): number => lines.filter((line) => line.state === state).length;
  const cases = lines.map(({ suite, name, state, says, seconds }) => {
    const head = `  <testcase classname="${escaped(suite)}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
    if (state === 'ok') return `${head}/>`;
    const tag = state === 'fail' ? 'failure' : 'skipped';
    return `${head}><${tag} message="${escaped(says)}"/></testcase>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="${escaped(result.name)}" tests="${lines.length}" failures="${of('fail')}" skipped="${of('skip')}" time="${result.seconds.toFixed(3)}">\n${cases.join('\n')}\n</testsuite>\n`;
}

/** KTAP, version 1, as kselftest and KUnit print it. */
export function ktapOf(result: PatchResult): string {
  const lines = linesOf(result);
  const tests = lines.map(({ suite, name, state, says }, i) => {
    const what = `${i + 1} ${suite} ${name}`.replaceAll('#', ' ');
    return state === 'fail'
      ? `not ok ${what}\n# ${says}`
      : state === 'skip'
        ? `ok ${what} # SKIP ${says}`
        : `ok ${what}`;
  });
  return ['KTAP version 1', `1..${lines.length}`, ...tests, ''].join('\n');
}
