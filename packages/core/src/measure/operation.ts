/** A counted operation: what a process does before counting, and what is counted. The form of an operation file. */

/** What user code may do in an area, as mprotect spells it. */
export type Prot = 'NONE' | 'READ' | 'READ+WRITE';
export type Advice = 'HUGEPAGE' | 'NOHUGEPAGE' | 'DONTNEED' | 'FREE' | 'COLLAPSE';

/** How a call may fail on Linux. */
export const FAILURES = ['SIGSEGV', 'ENOMEM', 'EFAULT'] as const;
export type Failure = (typeof FAILURES)[number];

/** One system call or user access; it must fail where `fails` says so, and may not where nothing does. Places and sizes are texts that `quantity.ts` reads. */
export type CountedCall = { readonly fails?: Failure } &
  /** Anonymous, private, MAP_FIXED; its area has base pages only unless it is asked for huge ones. */
  (
    | { readonly call: 'mmap'; readonly at: string; readonly length: string; readonly prot?: Prot }
    | { readonly call: 'munmap'; readonly at: string; readonly length: string }
    | { readonly call: 'mprotect'; readonly at: string; readonly length: string; readonly prot: Prot }
    | { readonly call: 'madvise'; readonly at: string; readonly length: string; readonly advice: Advice }
    /** MREMAP_MAYMOVE | MREMAP_FIXED; the size stays. */
    | { readonly call: 'mremap'; readonly at: string; readonly length: string; readonly to: string }
    /** The child does not run until it is told to do something. */
    | { readonly call: 'fork' }
    /** The child that was made last exits. */
    | { readonly call: 'exit' }
    /** To the other node: the page at an address. */
    | { readonly call: 'move_pages'; readonly at: string }
    /** The page tables that map a range move; nothing in a kernel that has no way to do it. */
    | { readonly call: 'relocate'; readonly at: string; readonly length: string }
    /** One access; with a length, one access to each base page of it. */
    | { readonly call: 'load' | 'store'; readonly at: string; readonly length?: string }
    /** A page is pinned by fast GUP for reading, and given back. */
    | { readonly call: 'gup_fast'; readonly at: string }
    /** A system call that does nothing to memory. */
    | { readonly call: 'getppid' }
  );
export type CallName = CountedCall['call'];

/** A counted operation. */
export interface CountedOperation {
  readonly name: string;
  /** One sentence: what is counted. */
  readonly says: string;
  /** Done before each repetition, not counted. */
  readonly setUp: readonly CountedCall[];
  readonly counted: readonly CountedCall[];
}

/** What the other CPUs do. The measured thread is alone on the first. */
export const MODES = ['solo', 'spin3', 'lazy3', 'exited3', 'away3'] as const;
export type Mode = (typeof MODES)[number];
export const MODE_SAYS: Readonly<Record<Mode, string>> = {
  solo: 'nothing of this process ever ran on the other CPUs',
  spin3: 'three threads of the process run in user space on the other CPUs',
  lazy3:
    'three threads ran on the other CPUs just before, and sleep: the CPUs are idle and have the address space loaded',
  exited3: 'as lazy3, but the three threads have exited',
  away3: 'as lazy3, but another process runs on the other CPUs now',
};
