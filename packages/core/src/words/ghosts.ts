/** Ghost cells: what claims need to know about the past. No step's result depends on them. */
import { region } from './cells.ts';

export const ghosts = {
  /** Table of that level that the CPU's lockless walk has reached (0 none). */
  walking: region('ghost.walking', ['cpu', 'level'], { shape: 'table', ghost: true }),
  /** Table that the CPU's hardware walker has reached in the present instruction. */
  hardwareWalking: region('ghost.hardware walking', ['cpu'], { shape: 'table', ghost: true }),
  /** How many of the hooks being judged the CPU is inside of: one may call another. */
  inside: region('ghost.inside', ['cpu'], { ghost: true }),
  /** CPUs that took an interrupt from this CPU since it entered the hook being judged; for each of those it is inside of. */
  interrupted: region('ghost.interrupted', ['cpu', 'nesting'], { shape: 'mask', ghost: true }),
  /** What a load of this page must find: the token of the last store, kept apart from every page frame. */
  expected: region('ghost.expected', ['mm', 'block'], { ghost: true }),
  /** Set for good once it happened: [0] user code reached a page that was freed, [1] user code read something else than it stored. */
  breach: region('ghost.breach', ['queue'], { shape: 'flag', ghost: true }),
  /** 1 + frame that was pinned for this page by this CPU's last GUP. */
  pinned: region('ghost.pinned', ['cpu', 'block'], { ghost: true }),
  /** 1 + frame that was mapped for this page when its removal (MADV_DONTNEED, munmap) began last. */
  removed: region('ghost.removed', ['mm', 'block'], { ghost: true }),
  /** 1 + frame that a secondary MMU translates this page to. */
  copied: region('ghost.copied', ['mm', 'block'], { ghost: true }),
  /** Has user code stored to this page since the kernel last declared it clean? */
  modified: region('ghost.modified', ['mm', 'block'], { shape: 'flag', ghost: true }),
};
