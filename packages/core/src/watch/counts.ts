/** Are pages counted right: how often they are mapped, and how many references there are? */
import type { Pfn } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import { entryRef, hugeZeroCells, mmCells, pageCells, ZERO_PFN } from '../words/objects.ts';
import type { Step } from '@shootdown/explorer';
import { mappingsOf, treesOf, type Leaf } from './trees.ts';
import { since, type AtEnd, type Watch } from '../words/watch.ts';

const ALLOCATED = 1;
/** Steps that change a count. */
const COUNTING = ['add', 'add_return', 'dec_and_test', 'inc_not_zero'];
const REFERENCES = [pageCells.refcount, mmCells.mm_users, mmCells.mm_count];

export const refcountCorrupt: Watch = {
  claim: 'every count of references is right',
  breach: 'refcount-corrupt',
  ghosts: [],
  kinds: COUNTING,
  holdsAfter: (facts, step) => wrong(facts, step) === undefined,
  explain: (facts, step) => `CPU${step.cpu} ${wrong(facts, step) ?? ''}`,
  // Threads may hold more references than entries do, never fewer.
  holdsAtEnd: (seen) => tooFew(seen) === undefined,
  explainAtEnd(seen) {
    const found = tooFew(seen);
    if (!found) return '';
    const { frame, leaves } = found;
    return [
      `P${frame} has ${seen.facts.value(pageCells.refcount(frame))} references `,
      since(seen.facts.cellOf(pageCells.refcount(frame))),
      ` and is mapped by ${entries(leaves)}`,
    ];
  },
};

/** What is wrong with the count that the step has changed: it went below nothing, or began again from nothing. */
function wrong(facts: Facts, step: Step): string | undefined {
  const cell = step.cells[0];
  if (cell === undefined) return undefined;
  const { region, at } = facts.refOf(cell);
  if (!REFERENCES.includes(region)) return undefined;
  const value = facts.value({ region, at });
  const what = region === pageCells.refcount ? `P${at[0]}` : `address space ${at[0]}`;
  if (value < 0) return `gave back a reference to ${what} that nobody had taken: the count is ${value}`;
  if (
    region === pageCells.refcount &&
    step.kind === 'add' &&
    (step.args[0] ?? 0) > 0 &&
    facts.value(pageCells.life(at[0] ?? 0)) > ALLOCATED
  )
    return `took a reference to ${what}, which was free`;
  return undefined;
}

function tooFew(seen: AtEnd): { readonly frame: Pfn; readonly leaves: readonly Leaf[] } | undefined {
  const mapped = mappingsOf(seen.facts, treesOf(seen), seen.facts.value(hugeZeroCells.page()));
  for (const [frame, leaves] of mapped)
    if (seen.facts.value(pageCells.refcount(frame)) < leaves.length) return { frame, leaves };
  return undefined;
}

export const mapcountMismatch: Watch = {
  claim: 'every page counts as many mappings as page tables have',
  breach: 'mapcount-mismatch',
  ghosts: [],
  kinds: COUNTING,
  holdsAfter(facts, step) {
    const { region, at } = facts.refOf(step.cells[0] ?? 0);
    return region !== pageCells.mapcount || facts.value({ region, at }) >= 0;
  },
  explain(facts, step) {
    const { at } = facts.refOf(step.cells[0] ?? 0);
    return `CPU${step.cpu} took away a mapping of P${at[0]} that was not counted: the count is ${facts.value(pageCells.mapcount(at[0] ?? 0))}`;
  },
  // Only once everything has ended: an entry and its count change one after the other.
  holdsAtEnd: (seen) => mismatch(seen) === undefined,
  explainAtEnd(seen) {
    const found = mismatch(seen);
    if (!found) return '';
    const { frame, counted, leaves } = found;
    return [
      `P${frame} counts ${counted} mappings `,
      since(seen.facts.cellOf(pageCells.mapcount(frame))),
      ` and is mapped by ${entries(leaves)}`,
    ];
  },
};

/**
 * The first page whose counts do not add up. Totals: huge and small mappings share the count of the first frame, so that only the
 * sum over a huge page can be compared.
 */
function mismatch(
  seen: AtEnd,
): { readonly frame: Pfn; readonly counted: number; readonly leaves: readonly Leaf[] } | undefined {
  const { facts } = seen;
  const mapped = mappingsOf(facts, treesOf(seen), facts.value(hugeZeroCells.page()));
  for (let frame = 0; frame < facts.frames; frame++) {
    if (frame === ZERO_PFN || facts.value(pageCells.life(frame)) === 0 || isTail(facts, frame)) continue;
    const counted = framesOf(facts, frame).reduce((sum, one) => sum + facts.value(pageCells.mapcount(one)), 0);
    const leaves = mapped.get(frame) ?? [];
    if (counted !== leaves.length) return { frame, counted, leaves };
  }
  return undefined;
}

const framesOf = (facts: Facts, head: Pfn): Pfn[] =>
  Array.from({ length: 2 ** facts.value(pageCells.order(head)) }, (_, i) => head + i);
function isTail(facts: Facts, frame: Pfn): boolean {
  const size = 2 ** facts.geometry.bits.pte;
  const head = frame - (frame % size);
  return head !== frame && facts.value(pageCells.order(head)) > 0;
}

/** `no entry`, `1 entry (T4[0])`. */
const entries = (leaves: readonly Leaf[]): string =>
  leaves.length === 0
    ? 'no entry'
    : `${leaves.length} ${leaves.length === 1 ? 'entry' : 'entries'} (${leaves.map(({ slot }) => `T${entryRef(slot).at.join('[')}]`).join(', ')})`;
