/** How watchers follow an execution: what they are told, and where they write down what they will have to know. */
import type { CpuId, Va } from './address.ts';
import type { Ref } from './cells.ts';
import type { Pfn } from './entry.ts';
import type { Facts } from './facts.ts';
import type { Mm, Protection } from './objects.ts';
import type { Step } from '@shootdown/explorer';

/** One load or store of user code that has reached a page. */
export interface AccessMade {
  readonly cpu: CpuId;
  readonly mm: Mm;
  /** Number of the base page of the address space. */
  readonly page: number;
  /** The frame that it reached. */
  readonly frame: Pfn;
  readonly kind: 'read' | 'write';
  /** Token that was stored, or that was found. */
  readonly token: number;
}

/** What a watcher may read, and the ghost cells that it may write. */
export interface Book {
  readonly facts: Facts;
  /** Every CPU that is online, and every address space of the story. */
  readonly cpus: readonly CpuId[];
  readonly mms: readonly Mm[];
  /** Base pages of the small address space. */
  readonly pages: number;
  /** Does the kernel that runs have that change? The same for a whole run. */
  has(change: string): boolean;
  value(at: Ref): number;
  /**
   * Writes a ghost cell that the watcher lists under `ghosts`.
   * @throws Mistake SD_BAD_WATCHER when it is no ghost
   */
  note(ghost: Ref, value: number): void;
  /** The numbers that a ghost of shape `record` holds, smallest first; undefined when it holds none. */
  list(at: Ref): readonly number[] | undefined;
  /** Makes a ghost of shape `record` hold these numbers, each once; undefined for none at all. */
  noteList(ghost: Ref, numbers: readonly number[] | undefined): void;
}

/**
 * What a watcher writes down, and when: in the same indivisible step, after what the step does. No step's result depends on it.
 * Nothing that is kept here costs anything where nobody asks the watcher.
 */
export interface Follows {
  /** User code has reached a page. */
  readonly access?: (book: Book, access: AccessMade) => void;
  /** A step of that kind was made; `ghost.*` are the notes of kernel code (`KernelNotes`). */
  readonly steps?: Readonly<Record<string, (book: Book, step: Step, observed: number) => void>>;
}

export interface OfRange {
  readonly mm: Mm;
  readonly start: Va;
  readonly end: Va;
}
export interface OfRemoval extends OfRange {
  /** munmap and exit take the area away too. */
  readonly by: 'munmap' | 'dontneed' | 'exit';
}
export interface OfMove extends OfRange {
  /** Where `start` goes. */
  readonly to: Va;
}
export interface OfProtection extends OfRange {
  readonly prot: Protection;
}
export interface OfFork {
  /** What is made, and of what. */
  readonly mm: Mm;
  readonly from: Mm;
}

/** What kernel code tells watchers, by kind of note: what a system call means, as its steps do not say it. */
export interface KernelNotes {
  /** A removal begins: whatever is mapped in the range has to go. */
  readonly 'ghost.removal': OfRemoval;
  /** It has returned. */
  readonly 'ghost.removed': OfRemoval;
  /** MADV_FREE begins: the contents of the range need not be kept, unless they are written to again. */
  readonly 'ghost.cleaning': OfRange;
  readonly 'ghost.clean': OfRange;
  /** mremap begins to move pages. */
  readonly 'ghost.moving': OfMove;
  readonly 'ghost.moved': OfMove;
  /** mprotect begins to change what is allowed. */
  readonly 'ghost.protecting': OfProtection;
  readonly 'ghost.protected': OfProtection;
  /** fork begins to copy. */
  readonly 'ghost.forking': OfFork;
  /** It has: from now on neither sees what the other stores. */
  readonly 'ghost.fork': OfFork;
  /** GUP got a reference to the frame of a page. */
  readonly 'ghost.pin': {
    readonly mm: Mm;
    readonly page: number;
    readonly frame: Pfn;
    readonly intent: 'read' | 'write';
  };
  /** The reference is about to be given back. */
  readonly 'ghost.unpin': { readonly frame: Pfn };
  /** Whoever was to unmap a folio everywhere has done so, and goes by its counts from here on. Its head. */
  readonly 'ghost.unmapped': { readonly folio: Pfn };
  /** A secondary MMU translates a page to a frame from now on, or no more. */
  readonly 'ghost.copy': { readonly mm: Mm; readonly page: number; readonly frame: Pfn | undefined };
}

/** A note of kernel code. It exists, as a step of its own, only where a watcher that is asked follows its kind. Plain data. */
export type KernelNote = {
  readonly [K in keyof KernelNotes]: KernelNotes[K] & { readonly kind: K };
}[keyof KernelNotes];
