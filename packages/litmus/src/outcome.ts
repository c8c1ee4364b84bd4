/** What came out of a litmus test: plain data. */

/** What the observed places hold at an end, in decimal with the sign of their type, by `placeName`. */
export type End = Readonly<Record<string, string>>;

/** A thread that waits for ever. */
export interface Deadlocked {
  /** `P0` */
  readonly thread: string;
  /** `spin_lock(s)`, or whom it waits for, in words. */
  readonly waitsFor: string;
}

/** Something that a thread still has where it has ended. */
export interface Kept {
  /** `P0` */
  readonly thread: string;
  /** The location of a lock, or `rcu_read_lock()` for a read-side section. */
  readonly what: string;
}

/** What came out. */
export interface Outcome {
  readonly name: string;
  readonly isa: string;
  /** The order that memory was given. */
  readonly memory: 'sc' | 'tso' | 'armv8' | 'power';
  /**
   * `exists` and `~exists`: is the proposition `Allowed` or `Forbidden`? `forall`: is it `Required` or `NotRequired`? `Deadlock`: no end
   * decides it, and some execution never ends. `Unknown`: the exploration did not come to its end, and nothing was found so far.
   */
  readonly verdict: 'Allowed' | 'Forbidden' | 'Required' | 'NotRequired' | 'Deadlock' | 'Unknown';
  /** Does the condition hold as it is written, every execution end, and every lock come back? Says nothing where the verdict is `Unknown`. */
  readonly holds: boolean;
  readonly condition: string;
  /** Every end there is, in order. */
  readonly ends: readonly End[];
  /** How many of them the proposition is true of. */
  readonly witnesses: number;
  /** Threads that wait for ever, of the shortest execution that ends so. Absent: every execution that was explored ends. */
  readonly deadlock?: readonly Deadlocked[];
  /** What is not given back at some end. Absent: nothing. */
  readonly kept?: readonly Kept[];
  readonly states: number;
  /** Did the exploration come to its end? */
  readonly complete: boolean;
  /** What cut it short, where it did not. */
  readonly cut?: 'states' | 'memory' | 'time' | 'interrupt';
}
