/** Memory calls of real programs, where their recordings are at hand: each kind of call is done by the kernel code, or a limit of the list says why not. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { limits, readStrace, TracedProcess, type TracedCall } from '@shootdown/core';
import x86 from '../../arch-x86/src/index.ts';

const arch = x86.find(({ id }) => id === 'x86-64')!;
const folder = new URL('../../../../shared/data/traces/', import.meta.url);
const recordings = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.strace')) : [];

/** Calls of one address space, from the one that made it: threads have that of their process. A program that a child runs begins with brk(NULL). */
function addressSpaces(calls: readonly TracedCall[]): TracedCall[][] {
  const spaceOf = new Map<number, TracedCall[]>();
  const spaces: TracedCall[][] = [];
  const begin = (pid: number): void => {
    spaceOf.set(pid, spaces[spaces.push([]) - 1]!);
  };
  for (const call of calls) {
    if (
      !spaceOf.has(call.pid) ||
      (call.name === 'brk' && call.args[0] === 'NULL' && !spaceOf.get(call.pid)!.some(({ pid }) => pid === call.pid))
    )
      begin(call.pid);
    spaceOf.get(call.pid)!.push(call);
    const isThread = call.args.some((arg) => arg.includes('CLONE_VM'));
    if (isThread && call.result !== undefined && call.result > 0) spaceOf.set(call.result, spaceOf.get(call.pid)!);
  }
  return spaces;
}

/** @returns each kind of call with what stands in its way, `done` where nothing does */
function kindsOf(calls: readonly TracedCall[]): Map<string, Set<string>> {
  const kinds = new Map<string, Set<string>>();
  for (const space of addressSpaces(calls)) {
    const process = new TracedProcess(arch, space.length);
    let forked = false;
    for (const call of space) {
      const { kind, limit } = process.perform(call);
      kinds.set(kind, (kinds.get(kind) ?? new Set()).add(limit?.says ?? 'done'));
      const forks = ['fork', 'clone'].includes(call.name) && !call.args.some((arg) => arg.includes('CLONE_VM'));
      if (forks && !forked) process.forkAndExit();
      forked ||= forks;
    }
    process.exit();
  }
  return kinds;
}

describe('calls that were recorded', () => {
  test('calls that threads interleave are put together', () => {
    const text = [
      '7 1.5 mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0 <unfinished ...>',
      '8 1.6 munmap(0x7000, 4096) = 0 <0.000010>',
      '7 1.7 <... mmap resumed>) = 0x9000 <0.2>',
      '8 1.8 --- SIGCHLD {si_signo=SIGCHLD} ---',
    ].join('\n');
    expect(readStrace(text)).toEqual([
      {
        pid: 7,
        name: 'mmap',
        args: ['NULL', '8192', 'PROT_READ|PROT_WRITE', 'MAP_PRIVATE|MAP_ANONYMOUS', '-1', '0'],
        result: 0x9000,
      },
      { pid: 8, name: 'munmap', args: ['0x7000', '4096'], result: 0 },
    ]);
  });

  (recordings.length > 0 ? test : test.skip)(
    'every kind of call is done, or a limit of the list stands in its way',
    () => {
      const known = new Set(limits().map(({ says }) => says));
      const done = new Set<string>();
      for (const name of recordings)
        for (const [kind, outcomes] of kindsOf(readStrace(readFileSync(new URL(name, folder), 'utf8')))) {
          if (outcomes.has('done')) done.add(kind);
          for (const outcome of outcomes) expect(outcome === 'done' || known.has(outcome)).toBe(true);
          if (globalThis.process.env['SHOW_TRACES'])
            globalThis.process.stderr.write(`${name}: ${kind}: ${[...outcomes].join('; ')}\n`);
        }
      for (const kind of [
        'munmap of a part of an area',
        'munmap of whole areas',
        'mprotect PROT_READ|PROT_WRITE of a part of an area',
        'madvise MADV_DONTNEED of a part of an area',
      ])
        expect(done).toContain(kind);
    },
    120_000,
  );
});
