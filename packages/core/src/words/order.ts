/** Order tables: in which order others see what one CPU does to memory. The data of an architecture; two mechanisms of the machine read it. */

/** What stands before. `load`: a read whose value somebody gets; `read`: that of an atomic operation that gives nothing back, too. */
export type Earlier = 'load' | 'read' | 'store';
/** What stands behind. */
export type Later = 'load' | 'store';

/** Accesses of these kinds are seen by everybody before accesses of those kinds. */
export interface Keeps {
  readonly before: readonly Earlier[];
  readonly after: readonly Later[];
}

/** What a barrier does. */
export interface FenceOrder {
  readonly keeps: readonly Keeps[];
  /** What decided the branches before it (and, where `addressesAreContext`, the addresses) is seen before everything behind it. */
  readonly context?: true;
}

/** What a value that was loaded orders, by what is made of it. */
export interface DependencyOrder {
  /** The address of these. */
  readonly address: readonly Later[];
  /** The value of a store. */
  readonly data: readonly Later[];
  /** Whether these are done at all. */
  readonly control: readonly Later[];
  /** The address of something that stands before these. */
  readonly earlierAddress: readonly Later[];
}

/**
 * All CPUs see stores in one order (Arm, RISC-V; x86 and sequential consistency are instances). A CPU may see it late, and its own stores
 * may reach it late and out of order.
 */
export interface FlatOrder {
  readonly mechanism: 'flat';
  /** By the name of the barrier as the instruction set has it. */
  readonly fences: Readonly<Record<string, FenceOrder>>;
  /** What needs no barrier. */
  readonly always: readonly Keeps[];
  /** What stands before and behind every atomic operation, as if a barrier did it. */
  readonly atomics: readonly Keeps[];
  /** A load-acquire is seen before these; before a store-release, those are seen. */
  readonly acquire: readonly Later[];
  readonly release: readonly Earlier[];
  /** Which load-acquires are not seen before a store-release that precedes them: all but those that are said to be weaker (LDAPR). */
  readonly releaseThenAcquire: boolean;
  /** The store of an atomic operation with acquire and release is seen before these. */
  readonly acquireRelease: readonly Later[];
  readonly dependencies: DependencyOrder;
  /** Do barriers with `context` order what addresses were made of too? */
  readonly addressesAreContext: boolean;
  /** Does a CPU that reads its own store see it no earlier than what the store's address and value were made of? */
  readonly forwardedDependencies: boolean;
  /** Is a load-acquire that reads an own exclusive store seen after the read that belongs to that store? */
  readonly forwardedExclusive: boolean;
}

/** Each CPU learns of stores by itself, in an order of its own; barriers hand on what is known (POWER). */
export interface ScatteredOrder {
  readonly mechanism: 'scattered';
  readonly fences: Readonly<Record<string, ScatteredFence>>;
  /** What of the order within one CPU is preserved without a barrier. */
  readonly preserves: readonly ScatteredRule[];
}

/**
 * `address and data`: what they are made of; `own store`: a load that reads one, from it on; `reread`: two loads of a cell that read
 * different stores, the second one foreign; `detour`: a store, and a load behind it that reads a foreign one; `same cell`, `control`,
 * `earlier address`: of what is decided for good, not of what is begun.
 */
export type ScatteredRule =
  'address and data' | 'own store' | 'reread' | 'detour' | 'same cell' | 'control' | 'earlier address';

export interface ScatteredFence extends FenceOrder {
  /** Everything that this CPU knows of is known to everybody before it goes on. */
  readonly everywhere?: boolean;
}

export type OrderTable = FlatOrder | ScatteredOrder;
