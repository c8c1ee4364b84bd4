/** What a claim may look at: read-only questions about one state, in the words of the kernel. */
import type { CpuId, CpuMask, Va } from './address.ts';
import type { Cell, Ref } from './cells.ts';
import type { Entry, Pfn, Table } from './entry.ts';
import type { Geometry, Level } from './geometry.ts';
import type { Mm, Slot } from './objects.ts';

export interface Facts {
  readonly geometry: Geometry;
  readonly online: CpuMask;
  /** The CPUs that are online, by number. */
  readonly cpus: readonly CpuId[];
  /** Frames and tables of all pools; numbers begin at 0, which is none. */
  readonly frames: number;
  readonly tables: number;
  /** May a CPU remember translations of two sizes while the address is being removed? */
  readonly twoSizes: 'while removing' | 'never';
  value(at: Ref): number;
  /** The numbers that a cell of shape `record` holds as a list; undefined when it holds none. */
  list(at: Ref): readonly number[] | undefined;
  entry(slot: Slot): Entry;
  /**
   * CPUs that could use a leaf of one of `levels` (default: any) for some page of the range: it is in their TLB, and they
   * are in the address space and not lazy. What others hold is tagged, and they check it before they come back; or they
   * are stopped and flush first.
   */
  tlbHolders(mm: Mm, start: Va, end: Va, levels?: readonly Level[]): CpuMask;
  /**
   * CPUs that remember an upper entry leading to a table of the range, and have the address space loaded: the walker of a
   * lazy CPU may still run ahead through it.
   */
  walkCacheHolders(mm: Mm, start: Va, end: Va): CpuMask;
  /** CPUs in a lockless walk that have read an entry pointing to `table` and not left their read-side section. */
  walkersOf(table: Table): CpuMask;
  /** CPUs whose hardware walker has read an entry pointing to `table` in an instruction that has not ended. */
  hardwareWalkersOf(table: Table): CpuMask;
  /** Are interrupts off on that CPU, or does it handle one? */
  interruptsOff(cpu: CpuId): boolean;
  /** The frame that the page tables map at `va` for user code; undefined when the walk ends in nothing. */
  mappedFrame(mm: Mm, va: Va): Pfn | undefined;
  /** The leaf that the page tables hold for `va`, whether the hardware may use it or not; undefined when there is none. */
  mappedLeaf(mm: Mm, va: Va): Entry | undefined;
  /** The cell of the entry that maps `va`, or in which a walk to it ends. */
  entryCell(mm: Mm, va: Va): Cell;
  /** What a CPU remembers of the address in the address space it has loaded: a leaf of each size that it could use for a load. */
  remembered(cpu: CpuId, va: Va): readonly { readonly level: Level; readonly entry: Entry }[];
  /** Tables that cells beside the tree hold: deposited ones, and whatever an architecture keeps. */
  tablesKept(): ReadonlySet<Table>;
  /** The address space that a CPU has loaded; undefined for none. */
  loaded(cpu: CpuId): Mm | undefined;
  /** CPUs that have the address space loaded by another root than it has now. */
  onOldRoot(mm: Mm): CpuMask;
  /** The cell of a name. */
  cellOf(at: Ref): Cell;
  /**
   * Does the CPU remember a translation of `va` that forbids writes which the page tables allow, and may it fault from it without end?
   * Not where it walks again, and not where a fault makes it forget.
   */
  keepsFaulting(cpu: CpuId, mm: Mm, va: Va): boolean;
  /** Region and indices of a cell that a step names. */
  refOf(cell: Cell): Ref;
  /** CPUs that took an interrupt sent by `cpu` since it entered the hook that it has just left. */
  interruptedBy(cpu: CpuId): CpuMask;
}
