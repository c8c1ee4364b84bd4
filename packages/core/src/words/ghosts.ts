/**
 * Ghost cells of the machine itself: what contracts need to know about the past. No step's result depends on them. What a watcher has
 * to remember stands in the file of that watcher.
 */
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
};
