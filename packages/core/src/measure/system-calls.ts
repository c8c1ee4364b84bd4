/** The calls of operation files, as kernel code. */
import { fork } from '../kernel/fork.ts';
import { exit_mm } from '../kernel/exit.ts';
import { hugepage_madvise } from '../kernel/madvise.ts';
import { madvise_free } from '../kernel/madvise_free.ts';
import { madvise_collapse } from '../kernel/madvise_collapse.ts';
import { move_pages } from '../kernel/migrate.ts';
import { put_user_pages } from '../kernel/gup.ts';
import { get_user_pages_fast_only } from '../kernel/gup_fast.ts';
import { munmap } from '../kernel/mmap.ts';
import { mprotect } from '../kernel/mprotect.ts';
import { mremap_to } from '../kernel/mremap.ts';
import { migrate_page_tables_mm } from '../kernel/relocate.ts';
import { context_switch } from '../kernel/sched.ts';
import { user_load, user_store } from '../kernel/uaccess.ts';
import { vmas_between } from '../kernel/vma.ts';
import { madvise_dontneed } from '../kernel/zap.ts';
import type { SimCpu } from '../machine/cpu.ts';
import { Mistake, type Op } from '@shootdown/explorer';
import { PAGE_SIZE, spaceOf } from '../words/geometry.ts';
import type { Protection } from '../words/objects.ts';
import type { Advice, CountedCall, Failure, Prot } from './operation.ts';
import { MEASURED, type MeasuredProcess } from './process.ts';
import { addressOf, bytesOf } from './quantity.ts';

const PROTECTION: Readonly<Record<Prot, Protection>> = { NONE: 'none', READ: 'read-only', 'READ+WRITE': 'read-write' };

/** Does one call, in the n-th repetition, to its end. */
export function perform(call: CountedCall, process: MeasuredProcess, repetition: number): void {
  if (call.call === 'exit') {
    exitChild(process);
    return;
  }
  let failure = failureOf(call, process, repetition);
  if (failure !== 'EFAULT')
    process.run(call.call, MEASURED, process.mm, function* (cpu) {
      const result = yield* within(cpu, call, process, repetition);
      if (result === 'SIGSEGV') failure = 'SIGSEGV';
    });
  if (failure === call.fails) return;
  const what = `${call.call}${'at' in call ? ` at "${call.at}"` : ''}`;
  throw new Mistake(
    'SD_BAD_OPERATION',
    failure ? `${what} fails on Linux: ${failure}.` : `${what} does not fail with ${call.fails}.`,
    failure
      ? `Is the memory mapped, and may it be used so? If it is meant, write "fails": "${failure}".`
      : 'Leave "fails" out.',
  );
}

/** How a system call fails for what is mapped: it has gone as far as it could by then, except for mremap. */
function failureOf(call: CountedCall, process: MeasuredProcess, repetition: number): Failure | undefined {
  if (call.call !== 'mprotect' && call.call !== 'madvise' && call.call !== 'mremap') return undefined;
  const g = process.geometry;
  const start = addressOf(call.at, g, process.base, repetition);
  const end = start + bytesOf(call.length, g);
  const areas = process.mappedAreas(start, end);
  const mapped = areas.reduce((sum, vma) => sum + Math.min(end, vma.end) - Math.max(start, vma.start), 0);
  // mremap moves a range of one area; the others say at the end that there was a gap.
  if (call.call === 'mremap') return mapped === end - start && areas.length === 1 ? undefined : 'EFAULT';
  return mapped === end - start ? undefined : 'ENOMEM';
}

function* within(
  cpu: SimCpu,
  call: Exclude<CountedCall, { call: 'exit' }>,
  process: MeasuredProcess,
  repetition: number,
): Op<unknown> {
  const { mm, areas, geometry: g } = process;
  const at = (text: string): number => addressOf(text, g, process.base, repetition);
  const range = ({ at: place, length }: { readonly at: string; readonly length: string }): [number, number] => {
    const bytes = bytesOf(length, g);
    if (!(bytes > 0))
      throw new Mistake('SD_BAD_OPERATION', `the length ${length} is ${bytes} bytes here.`, 'A length is above 0.');
    return [at(place), at(place) + bytes];
  };
  switch (call.call) {
    case 'mmap': {
      const [start, end] = range(call);
      return yield* areas.map(cpu, { mm, start, end, thp: 'unadvised', prot: PROTECTION[call.prot ?? 'READ+WRITE'] });
    }
    case 'munmap':
      return yield* munmap(cpu, mm, ...range(call));
    case 'mprotect':
      return yield* mprotect(cpu, mm, ...range(call), PROTECTION[call.prot]);
    case 'madvise':
      return yield* madvise(cpu, process, ...range(call), call.advice);
    case 'mremap': {
      const [start, end] = range(call);
      const to = at(call.to);
      const source = yield* vmas_between(cpu, mm, start, end);
      return yield* mremap_to(
        cpu,
        mm,
        start,
        end - start,
        areas.make({ mm, thp: 'unadvised', ...source[0], start: to, end: to + end - start }),
      );
    }
    case 'fork': {
      const child = process.newMm();
      process.children.push(child);
      yield* areas.copyTo(cpu, mm, child, spaceOf(g));
      return yield* fork(cpu, child);
    }
    case 'relocate':
      return yield* migrate_page_tables_mm(cpu, mm, ...range(call));
    case 'move_pages':
      return yield* move_pages(cpu, mm, at(call.at));
    case 'load':
    case 'store': {
      const [start, end] = range({ at: call.at, length: call.length ?? 'page' });
      for (let va = start; va < end; va += PAGE_SIZE(g)) {
        const result = yield* call.call === 'load' ? user_load(cpu, va) : user_store(cpu, va, 1);
        if (result === 'SIGSEGV') return result;
      }
      return undefined;
    }
    case 'gup_fast': {
      const pages = yield* get_user_pages_fast_only(cpu, at(call.at), 1, 'read');
      return yield* put_user_pages(cpu, pages);
    }
    case 'getppid':
      return undefined;
  }
}

function* madvise(cpu: SimCpu, { mm }: MeasuredProcess, start: number, end: number, advice: Advice): Op<unknown> {
  switch (advice) {
    case 'HUGEPAGE':
      return yield* hugepage_madvise(cpu, mm, start, end, 'always');
    case 'NOHUGEPAGE':
      return yield* hugepage_madvise(cpu, mm, start, end, 'never');
    case 'DONTNEED':
      return yield* madvise_dontneed(cpu, mm, start, end);
    case 'COLLAPSE':
      return yield* madvise_collapse(cpu, mm, start, end);
    case 'FREE':
      return yield* madvise_free(cpu, mm, start, end);
  }
}

/** The newest child runs on the measured CPU for a moment, and exits. */
function exitChild(process: MeasuredProcess): void {
  const child = process.children.pop();
  if (!child) throw new Mistake('SD_BAD_OPERATION', 'a child exits, but there is none.', 'Fork first.');
  process.run('switch', MEASURED, child, (cpu) => context_switch(cpu, child));
  process.run('exit', MEASURED, child, (cpu) => exit_mm(cpu, child));
  process.run('switch', MEASURED, process.mm, (cpu) => context_switch(cpu, process.mm));
}
