/** Which reductions a search makes. Each can be switched off on its own; none changes a verdict. */

/** Without any, every schedule is tried step by step. */
export interface Reductions {
  /** Lets only some processes move where no other can meet what they do (persistent sets from learned futures). */
  readonly persistent?: boolean;
  /** Updates that commute and are not observed, such as reference counts, meet only those who look; adding to a queue does not meet taking from it. */
  readonly commute?: boolean;
  /** Giving back a lock meets nobody who has to wait for it first; where one process alone must move, the state in between is not kept. */
  readonly fuse?: boolean;
  /** A step that reads nothing but what nobody ever writes is made together with the step before it. */
  readonly local?: boolean;
  /** A process whose step was tried before others moved, and meets none of theirs, need not be tried after them (sleep sets). Not with `compact`. */
  readonly sleep?: boolean;
  /** States that differ by a declared symmetry of the system are one. */
  readonly symmetry?: boolean;
  /** Cells that nobody will look at again are left out when states are compared. */
  readonly deadCells?: boolean;
  /** Follows some schedules at random first, so that fewer searches are made in vain. Leaves nothing out by itself. */
  readonly rehearse?: boolean;
  /** Rules to leave out. For tests only: each of them must be missed. */
  readonly mutate?: readonly Mutant[];
}

/** A rule of a reduction that a test leaves out, to see that some other test notices. */
export type Mutant = (typeof MUTANTS)[number];

/** Every rule that can be left out. */
export const MUTANTS = [
  'writes meet reads',
  'reads meet writes',
  'writes meet writes',
  'adds meet reads',
  'reads meet adds',
  'adds meet writes',
  'writes meet adds',
  'adds of two kinds meet',
  'gates are read',
  'futures reach on',
  'daemons start again',
  'who waits needs writers',
  'closed gates need writers',
  'closure goes on',
  'enabling reads',
  'choosing reads',
  'claims read',
  'cycles are opened',
  'again until nothing is new',
  'equal writes are writes',
  'every way is taken',
  'locks may be touched without',
  'locks must be held',
  'queues must not be empty',
  'queues are only added to',
  'queues are waited for to be empty',
  'claims look into queues',
  'finals read',
  'every future looks',
  'everybody is all',
  'adds do not open locks',
  'values are mapped',
  'observed values are mapped',
  'images know alike',
  'finals make news',
  'steps that meet wake',
  'who arrives awake wakes',
  'sleepers change places',
  'woken later is tried first',
  'ways to ends are woken',
  'judged steps are not local',
  'what is written is not local',
  'gates hold up local steps',
  'before an end gates hold up',
] as const;

/** Those that pay. Leaving dead cells out costs more time than the few states less are worth. */
export const USUAL_REDUCTIONS: Reductions = {
  persistent: true,
  commute: true,
  fuse: true,
  local: true,
  sleep: true,
  symmetry: true,
  rehearse: true,
};

/** All that are proved sound. Symmetry does nothing unless a system declares one. */
export const ALL_REDUCTIONS: Reductions = { ...USUAL_REDUCTIONS, deadCells: true };
