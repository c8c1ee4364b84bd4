/** Are pages counted right: how often they are mapped, and how many references there are? */
import { frameOf, type Pfn } from '../words/entry.ts';
import type { Facts } from '../words/facts.ts';
import { entryRef, hugeZeroCells, mmCells, pageCells, ZERO_PFN } from '../words/objects.ts';
import type { Step } from '@shootdown/explorer';
import { framesOf, headOf, mappingsOf, treesOf, type Leaf } from './trees.ts';
import { since, type AtEnd, type Watch } from '../words/watch.ts';

const ALLOCATED = 1;
/** Steps that change a count. */
const COUNTING = ['add', 'add_return', 'dec_and_test', 'inc_not_zero'];
const MAPPINGS = [pageCells.mapcount, pageCells.entire_mapcount];
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
    return !MAPPINGS.includes(region) || facts.value({ region, at }) >= 0;
  },
  explain(facts, step) {
    const { region, at } = facts.refOf(step.cells[0] ?? 0);
    return `CPU${step.cpu} took away a mapping of P${at[0]} that was not counted: the count is ${facts.value({ region, at })}`;
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

/** The first folio whose counts do not add up: what is counted at each frame for base pages, and at the head for huge entries. */
function mismatch(
  seen: AtEnd,
): { readonly frame: Pfn; readonly counted: number; readonly leaves: readonly Leaf[] } | undefined {
  const { facts } = seen;
  const mapped = mappingsOf(facts, treesOf(seen), facts.value(hugeZeroCells.page()));
  for (let head = 0; head < facts.frames; head++) {
    if (head === ZERO_PFN || facts.value(pageCells.life(head)) === 0 || headOf(facts, head) !== head) continue;
    const leaves = mapped.get(head) ?? [];
    const huge = leaves.filter(({ slot }) => slot.level !== 'pte');
    const entire = facts.value(pageCells.entire_mapcount(head));
    if (entire !== huge.length) return { frame: head, counted: entire, leaves: huge };
    for (const frame of framesOf(facts, head)) {
      const small = leaves.filter(({ slot, entry }) => slot.level === 'pte' && frameOf(entry) === frame);
      const counted = facts.value(pageCells.mapcount(frame));
      if (counted !== small.length) return { frame, counted, leaves: small };
    }
  }
  return undefined;
}

/** `no entry`, `1 entry (T4[0])`. */
const entries = (leaves: readonly Leaf[]): string =>
  leaves.length === 0
    ? 'no entry'
    : `${leaves.length} ${leaves.length === 1 ? 'entry' : 'entries'} (${leaves.map(({ slot }) => `T${entryRef(slot).at.join('[')}]`).join(', ')})`;
