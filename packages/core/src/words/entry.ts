/**
 * Page-table entries as numbers, and what may be asked of one.
 *
 *   bits 20.. : frame number (leaf) or table number (table)      bits 0..19 : flags below
 *
 * The flags are the concepts that generic Linux knows. Each architecture says in its `mmu.ts` which hardware or
 * software bit carries each of them. A number stays exact up to 2^53, so real frame numbers fit.
 * All functions here are pure: none is a step.
 */

declare const entryBrand: unique symbol;
/** One page-table entry of any level, as read or written in one go. */
export type Entry = number & { readonly [entryBrand]?: never };
export type Pte = Entry;
export type Pmd = Entry;

/** Number of a base page frame; 0 is no frame. */
export type Pfn = number;
/** Number of a page table; 0 is no table. */
export type Table = number;

const SHIFT = 2 ** 20;

/** Flags of an entry. */
export const F = {
  PRESENT: 1 << 0, //    the hardware may use it
  WRITE: 1 << 1,
  USER: 1 << 2,
  ACCESSED: 1 << 3,
  DIRTY: 1 << 4,
  LEAF: 1 << 5, //       maps memory
  TABLE: 1 << 6, //      points to a table of the level below
  PROTNONE: 1 << 7, //   present to software, not to the hardware
  INVALID: 1 << 8, //    "present but being changed": software sees a huge leaf, hardware nothing
  SPECIAL: 1 << 9, //    maps a page that has no mapcount, such as the zero page
  SOFT_DIRTY: 1 << 10,
  BUSY: 1 << 11, //      ppc64 hash: a hash fault works on it
  HASHPTE: 1 << 12, //   ppc64 hash: the hash table has a copy
  SWDIRTY: 1 << 13, //   dirty as remembered by software
  SWAP: 1 << 14, //      swap or migration entry
  CONT: 1 << 15, //      arm64: one of a block that hardware may remember as one translation
  FAULTED: 1 << 18, //   in a TLB only: the CPU has faulted from it, and keeps it
  EXCLUSIVE: 1 << 16, // of a migration entry: the page belonged to one address space alone
  POISON: 1 << 19, //    not an entry at all: this memory is no page table any more (or not yet)
} as const;
export type Flag = keyof typeof F;

/** The word in memory of a table that was freed or given to another use. */
export const POISON: Entry = F.POISON;

export const none: Entry = 0;
/** The frame that a leaf maps. Of a table it is below 0: whoever takes a table for a leaf goes to a frame that does not exist. */
export const frameOf = (e: Entry): Pfn => (has(e, F.TABLE) ? 0 - Math.floor(e / SHIFT) : Math.floor(e / SHIFT));
/** The table that an entry points to. Of a leaf it is below 0: whoever takes a leaf for a table goes to a table that does not exist. */
export const tableOf = (e: Entry): Table => (has(e, F.TABLE) ? Math.floor(e / SHIFT) : 0 - Math.floor(e / SHIFT));
export const flagsOf = (e: Entry): number => e % SHIFT;
export const has = (e: Entry, flags: number): boolean => (e & flags) === flags;
export const hasAny = (e: Entry, flags: number): boolean => (e & flags) !== 0;
export const withFlags = (e: Entry, flags: number): Entry => e + (flags & ~e);
export const withoutFlags = (e: Entry, flags: number): Entry => e - (e & flags);

/** An entry that points to `table`. */
export const mkTable = (table: Table): Entry => table * SHIFT + (F.PRESENT | F.WRITE | F.USER | F.ACCESSED | F.TABLE);
/** A leaf that maps the frame `pfn`; add permissions with the mk functions. */
export const mkLeaf = (pfn: Pfn, flags: number): Entry => pfn * SHIFT + (flags | F.LEAF);

export const isNone = (e: Entry): boolean => e === 0;
export const isTable = (e: Entry): boolean => has(e, F.TABLE);
export const isLeaf = (e: Entry): boolean => has(e, F.LEAF);
/** Does it map a page, whether the hardware may use it or not? What holds the place of a page (swap, migration) does not. */
export const mapsPage = (e: Entry): boolean =>
  isLeaf(e) && !hasAny(e, F.SWAP) && hasAny(e, F.PRESENT | F.PROTNONE | F.INVALID);
/** Usable by the hardware walker. */
export const isValid = (e: Entry): boolean => has(e, F.PRESENT);

export const pte_none = isNone;
/** True also for PROT_NONE entries, and for those that are being changed (ppc64): present to software. */
export const pte_present = (e: Pte): boolean => hasAny(e, F.PRESENT | F.PROTNONE | F.INVALID);
export const pte_write = (e: Pte): boolean => has(e, F.WRITE);
export const pte_dirty = (e: Pte): boolean => hasAny(e, F.DIRTY | F.SWDIRTY);
export const pte_young = (e: Pte): boolean => has(e, F.ACCESSED);
export const pte_protnone = (e: Pte): boolean => has(e, F.PROTNONE);
export const pte_special = (e: Pte): boolean => has(e, F.SPECIAL);
export const pte_pfn = frameOf;
export const pte_mkdirty = (e: Pte): Pte => withFlags(e, F.DIRTY);
export const pte_mkyoung = (e: Pte): Pte => withFlags(e, F.ACCESSED);
export const pte_mkold = (e: Pte): Pte => withoutFlags(e, F.ACCESSED);
export const pte_mkwrite = (e: Pte): Pte => withFlags(e, F.WRITE);
export const pte_wrprotect = (e: Pte): Pte => withoutFlags(e, F.WRITE);
/** The entry of the n-th frame after. */
export const pte_advance_pfn = (e: Pte, n: number): Pte => e + n * SHIFT;
export const pte_mkclean = (e: Pte): Pte => withoutFlags(e, F.DIRTY | F.SWDIRTY);

/** What a protection says of an entry: pgprot_t. Private memory that may be written to still gets no WRITE: a fault decides. */
export type Pgprot = number;
export const PAGE_NONE: Pgprot = F.PROTNONE;
export const PAGE_READONLY: Pgprot = F.PRESENT | F.USER;
export const PAGE_COPY: Pgprot = PAGE_READONLY;
/** Other protection, same frame; accessed, dirty and what software keeps stay. */
export const pte_modify = (e: Pte, prot: Pgprot): Pte =>
  withFlags(withoutFlags(e, F.PRESENT | F.WRITE | F.USER | F.PROTNONE | F.INVALID), prot);
/** May user code read (or write) through it? */
export const pte_access_permitted = (e: Pte, write: boolean): boolean =>
  has(e, F.PRESENT | F.USER) && (!write || has(e, F.WRITE));

export const pmd_none = isNone;
/** True also for PROT_NONE and for the "being changed" marker: software must not take it for an empty slot. */
export const pmd_present = (e: Pmd): boolean => hasAny(e, F.PRESENT | F.PROTNONE | F.INVALID);
export const pmd_trans_huge = (e: Pmd): boolean => isLeaf(e) && !has(e, F.SWAP);
export const pmd_protnone = pte_protnone;
export const pmd_write = pte_write;
export const pmd_dirty = pte_dirty;
export const pmd_young = pte_young;
export const pmd_pfn = frameOf;
export const pmd_mkdirty = pte_mkdirty;
export const pmd_mkyoung = pte_mkyoung;
export const pmd_mkold = pte_mkold;
export const pmd_mkwrite = pte_mkwrite;
export const pmd_wrprotect = pte_wrprotect;
export const pmd_mkclean = pte_mkclean;
export const pmd_modify = pte_modify;
/** Invalid to the hardware, still a present huge leaf to software. */
export const pmd_mkinvalid = (e: Pmd): Pmd => withFlags(withoutFlags(e, F.PRESENT | F.PROTNONE), F.INVALID);
export const pmd_access_permitted = pte_access_permitted;
/** A migration entry: the page is on its way. There is no other entry of that kind: nothing is swapped out. */
export const is_migration_entry = (e: Entry): boolean => has(e, F.SWAP);
export const is_swap_pmd = is_migration_entry;
/** The page table a PMD points to. */
export const pmd_pgtable = tableOf;

const LETTER: readonly (readonly [Flag, string])[] = [
  ['WRITE', 'w'],
  ['ACCESSED', 'a'],
  ['DIRTY', 'd'],
  ['PROTNONE', 'protnone'],
  ['INVALID', 'invalid'],
  ['SPECIAL', 'special'],
  ['SWDIRTY', 'swdirty'],
  ['BUSY', 'busy'],
  ['HASHPTE', 'hashed'],
  ['SWAP', 'swap'],
  ['CONT', 'cont'],
  ['EXCLUSIVE', 'exclusive'],
];

/** The entry in words: `none`, `table T3`, `P5 r w a d`, `POISON`. */
export function showEntry(e: Entry): string {
  if (e === 0) return 'none';
  if (has(e, F.POISON)) return 'POISON';
  const flags = LETTER.filter(([f]) => has(e, F[f]))
    .map(([, text]) => text)
    .join(' ');
  if (isTable(e)) return `table T${tableOf(e)}${has(e, F.PRESENT) ? '' : ' (not present)'}`;
  return `P${frameOf(e)}${has(e, F.PRESENT) ? ' r' : ''}${flags ? ' ' + flags : ''}`;
}
