/** Reductions of a search. Each can be switched on alone; none changes a verdict. */

/** Without any reduction, every schedule is explored step by step. */
export interface Reductions {
  /**
   * Persistent sets: only some processes move where no other process can interfere with what they do, by what was
   * learned of their code.
   */
  readonly persistent?: boolean;
  /**
   * Commuting updates that are not observed, such as reference counts, are independent of each other; enqueues are
   * independent of dequeues.
   */
  readonly commute?: boolean;
  /**
   * Chain compression: where one process alone has to move, the state in between is not stored; and releasing a lock is
   * independent of whoever must acquire it first.
   */
  readonly fuse?: boolean;
  /**
   * Thread-local transitions: a step that reads only cells that nobody ever writes is made together with the step
   * before it.
   */
  readonly local?: boolean;
  /**
   * Sleep sets: a process whose step was explored before independent steps of others is not explored after them. Not
   * with `compact`.
   */
  readonly sleep?: boolean;
  /** Symmetry: states that differ by a declared symmetry of the system count as one. */
  readonly symmetry?: boolean;
  /** Dead variables: cells that nobody will read again are ignored when states are compared. */
  readonly deadCells?: boolean;
  /**
   * Warm-up by random walks before and during a search, so that it has to be repeated less often. Leaves nothing out by
   * itself.
   */
  readonly rehearse?: boolean;
}

/** The reductions that pay. Finding dead cells costs more time than the states it saves. */
export const USUAL_REDUCTIONS: Reductions = {
  persistent: true,
  commute: true,
  fuse: true,
  local: true,
  sleep: true,
  symmetry: true,
  rehearse: true,
};

/** All reductions. Symmetry does nothing unless a system declares one. */
export const ALL_REDUCTIONS: Reductions = { ...USUAL_REDUCTIONS, deadCells: true };
