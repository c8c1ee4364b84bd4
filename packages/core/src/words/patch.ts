/** A patch: what somebody would have otherwise in the kernel that is there, on every architecture. */
import type { Region } from './cells.ts';
import type { Change, LayerClass, ReplacementBody } from './change.ts';
import type { MachineSpec } from './spec.ts';
import type { Watch } from './watch.ts';

/** What `patch()` takes, and gives back checked. */
export interface Patch {
  /** snake_case name, by which commands and tokens tell it from the changes that are known: `collapse_syncs_late`. */
  readonly name: string;
  /** What the kernel does with it, in one sentence. */
  readonly says: string;
  /** Version of shootdown whose code its bodies were taken from: another one may have other bodies. */
  readonly writtenFor?: string;
  /** Other bodies of functions, by name (`Change.replaces`). */
  readonly replaces?: Readonly<Record<string, ReplacementBody>>;
  /** Hooks that come on top of those of an architecture, by its id; `*` for those that are not named. */
  readonly layers?: Readonly<Record<string, LayerClass>>;
  /** Switches of its own, which its code asks with `cpu.has` and stories may name. */
  readonly changes?: readonly Change[];
  /** Watchers of its own, which stories may ask by their sentences. */
  readonly watches?: readonly Watch[];
  /** Memory of its own, on every architecture. */
  readonly cells?: readonly Region[];
  /** Kinds of steps of its own. */
  readonly steps?: NonNullable<MachineSpec['steps']>;
}
