/** A recorded process on the measured machine: each of its memory calls is done by the kernel code, or a limit says why not. */
import type { ArchSpec } from '../arch/declaration.ts';
import { exit_mm } from '../kernel/exit.ts';
import { fork } from '../kernel/fork.ts';
import { hugepage_madvise } from '../kernel/madvise.ts';
import { madvise_free } from '../kernel/madvise_free.ts';
import { munmap } from '../kernel/mmap.ts';
import { mprotect } from '../kernel/mprotect.ts';
import { context_switch } from '../kernel/sched.ts';
import { exec_mmap, paging_init } from '../kernel/setup.ts';
import { user_store } from '../kernel/uaccess.ts';
import { madvise_dontneed } from '../kernel/zap.ts';
import type { SimCpu } from '../machine/cpu.ts';
import { PAGE_SIZE, roundDown, spaceOf } from '../words/geometry.ts';
import { limit, type Limit } from '../words/limit.ts';
import type { Protection } from '../words/objects.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { MEASURE_DEFAULTS } from './measure.ts';
import { MEASURED, MeasuredProcess } from './process.ts';
import type { TracedCall } from './strace.ts';

const FILE = limit(linux('v6.1', 'mm/memory.c', 'do_fault'), 'memory that a file backs, private or shared');
const IMAGE = limit(linux('v6.1', 'fs/binfmt_elf.c', 'load_elf_binary'), 'the image and the stack that exec maps');
const EXEC = limit(
  linux('v6.1', 'arch/x86/mm/fault.c', 'access_error'),
  'permission to execute: instructions are not fetched',
);
const RESIZE = limit(
  linux('v6.1', 'mm/mremap.c', 'vma_to_resize'),
  'mremap that changes the size, or is not told where to go',
);
const DONTFORK = limit(
  linux('v6.1', 'mm/madvise.c', 'madvise_vma_behavior'),
  'advice that changes what fork or reclaim does with an area',
);
const OTHER = limit(
  linux('v6.1', 'mm/util.c', 'vm_mmap_pgoff'),
  'system calls on memory other than mmap, munmap, mprotect, madvise, mremap, brk, fork and exit',
);

/** Handles of areas that have gone are looked for after so many calls. */
const RECYCLE_AFTER = 32;

/** What became of a call. */
export interface TracedOutcome {
  /** What kind of call it was: name, flags, and how much of an area it was about. */
  readonly kind: string;
  /** Absent: the model did it. */
  readonly limit?: Limit;
}

/** Part of the address space that is mapped in reality and not here. */
interface Missing {
  readonly start: number;
  readonly end: number;
  readonly limit: Limit;
}

const protectionOf = (prot: string): Protection =>
  prot.includes('PROT_WRITE') ? 'read-write' : prot.includes('PROT_READ') ? 'read-only' : 'none';

export class TracedProcess {
  readonly #process: MeasuredProcess;
  #missing: Missing[] = [];
  #brk: number | undefined;
  #calls = 0;

  /** @param calls how many there will be at most: an area is mapped, or cut in three, by each */
  constructor(arch: ArchSpec, calls: number) {
    const process = new MeasuredProcess(arch, { ...MEASURE_DEFAULTS, repetitions: calls, areas: 4 * calls + 16 });
    process.run('boot', MEASURED, undefined, paging_init);
    process.run('exec', MEASURED, process.mm, (cpu) => exec_mmap(cpu, process.mm, 1));
    this.#process = process;
  }

  /**
   * Does one call of the recording. Of memory that becomes writable the first page is stored to.
   * @throws NotModelled where kernel code gives up
   */
  perform({ name, args, result }: TracedCall): TracedOutcome {
    const flags = args.filter((arg) => /^[A-Z_|]+$/.test(arg) && arg !== 'NULL').join(' ');
    const [start, end] = this.#rangeOf(name, args, result);
    const kind = [name, flags, ['munmap', 'mprotect', 'madvise'].includes(name) ? `of ${this.#share(start, end)}` : '']
      .filter((word) => word !== '')
      .join(' ');
    if (!name.startsWith('exit') && (result === undefined || result < 0)) return { kind: `${kind}, failed` };
    if (++this.#calls % RECYCLE_AFTER === 0) this.#process.recycleAreas();
    const stands = this.#limitOf(name, args, start, end);
    if (name === 'mmap' || name === 'munmap') this.#forget(start, end);
    if (name === 'mmap' && stands) this.#missing.push({ start, end, limit: stands });
    if (!stands) this.#run(name, (cpu) => this.#does(cpu, name, args, start, end));
    else if (name === 'mmap') this.#run(name, (cpu) => munmap(cpu, this.#process.mm, start, end)); // what was there goes all the same
    return stands ? { kind, limit: stands } : { kind };
  }

  #run(name: string, does: (cpu: SimCpu) => Op<unknown>): void {
    this.#process.run(name, MEASURED, this.#process.mm, does);
  }

  #rangeOf(name: string, args: readonly string[], result: number | undefined): [number, number] {
    const size = PAGE_SIZE(this.#process.geometry);
    const up = (bytes: number): number => roundDown(bytes + size - 1, size);
    if (name === 'brk') {
      const old = this.#brk ?? result ?? 0;
      this.#brk = result;
      return [up(Math.min(old, result ?? old)), up(Math.max(old, result ?? old))];
    }
    const at = name === 'mmap' ? (result ?? 0) : Number(args[0] ?? 0);
    return [at, at + up(Number(args[1] ?? 0))];
  }

  /** How much of the areas there a range takes in. */
  #share(start: number, end: number): string {
    if (this.#missing.some((m) => m.start < end && start < m.end)) return 'what is not here';
    const vmas = this.#process.mappedAreas(start, end);
    return vmas.length === 0
      ? 'nothing'
      : vmas.every((vma) => start <= vma.start && vma.end <= end)
        ? 'whole areas'
        : 'a part of an area';
  }

  #limitOf(name: string, args: readonly string[], start: number, end: number): Limit | undefined {
    const there = this.#missing.find((m) => m.start < end && start < m.end)?.limit;
    switch (name) {
      case 'mmap':
        return !args.some((arg) => arg.includes('MAP_ANONYMOUS')) || args.some((arg) => arg.includes('MAP_SHARED'))
          ? FILE
          : this.#mayNot(args[2]);
      case 'mprotect':
        return there ?? (this.#share(start, end) === 'nothing' ? IMAGE : this.#mayNot(args[2]));
      case 'madvise':
        return there ?? (/MADV_(DONTNEED|FREE|HUGEPAGE|NOHUGEPAGE)/.test(args[2] ?? '') ? undefined : DONTFORK);
      case 'mremap':
        return there ?? RESIZE;
      case 'munmap':
      case 'brk':
      case 'clone':
      case 'clone3':
      case 'fork':
      case 'vfork':
      case 'exit':
      case 'exit_group':
        return undefined;
      default:
        return OTHER;
    }
  }
  #mayNot(prot = ''): Limit | undefined {
    return prot.includes('PROT_EXEC') ? EXEC : undefined;
  }

  /** What is mapped anew, or unmapped, is not missing any more. */
  #forget(start: number, end: number): void {
    this.#missing = this.#missing.flatMap((m) =>
      m.start < end && start < m.end
        ? [
            { ...m, end: start },
            { ...m, start: end },
          ].filter((part) => part.start < part.end)
        : [m],
    );
  }

  *#does(cpu: SimCpu, name: string, args: readonly string[], start: number, end: number): Op<unknown> {
    const { mm, areas } = this.#process;
    const prot = protectionOf(args[2] ?? '');
    const grown = name === 'brk' && Number(args[0]) >= end;
    if (name === 'munmap' || (name === 'brk' && !grown && start < end)) return yield* munmap(cpu, mm, start, end);
    if (name === 'mmap' || (grown && start < end)) {
      const now = name === 'brk' ? 'read-write' : prot;
      yield* areas.map(cpu, { mm, start, end, thp: 'always', prot: now });
      return now === 'read-write' ? yield* user_store(cpu, start, 1) : undefined;
    }
    if (name === 'mprotect') {
      yield* mprotect(cpu, mm, start, end, prot);
      return prot === 'read-write' ? yield* user_store(cpu, start, 1) : undefined;
    }
    if (name === 'madvise') return yield* this.#madvise(cpu, args[2] ?? '', start, end);
    return undefined;
  }

  *#madvise(cpu: SimCpu, advice: string, start: number, end: number): Op {
    const { mm } = this.#process;
    if (advice === 'MADV_DONTNEED') yield* madvise_dontneed(cpu, mm, start, end);
    else if (advice === 'MADV_FREE') yield* madvise_free(cpu, mm, start, end);
    else yield* hugepage_madvise(cpu, mm, start, end, advice === 'MADV_HUGEPAGE' ? 'always' : 'never');
  }

  /** A copy is made, runs for a moment, and exits: what fork does, of whatever became of the child in reality. */
  forkAndExit(): void {
    const process = this.#process;
    const child = process.newMm();
    process.run('fork', MEASURED, process.mm, function* (cpu) {
      yield* process.areas.copyTo(cpu, process.mm, child, spaceOf(process.geometry));
      yield* fork(cpu, child);
    });
    process.run('switch', MEASURED, child, (cpu) => context_switch(cpu, child));
    process.run('exit', MEASURED, child, (cpu) => exit_mm(cpu, child));
    process.run('switch', MEASURED, process.mm, (cpu) => context_switch(cpu, process.mm));
  }

  /** The process exits. */
  exit(): void {
    this.#run('exit', (cpu) => exit_mm(cpu, this.#process.mm));
  }
}
