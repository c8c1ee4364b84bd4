/** What Xen demands of a guest that shows it page tables. A breach is a verdict that names the rule. */
import type { Source } from '@shootdown/core/plugin';

/** One demand. */
export interface Rule {
  readonly name: string;
  /** The sentence that is true while it is kept; reports print it. */
  readonly says: string;
  /** Who checks it. */
  readonly source: Source;
}

const mm = (symbol: string): Source => ({ version: 'xen@40ed3a88ed7f', file: 'xen/arch/x86/mm.c', symbol });
const trap = (symbol: string): Source => ({
  version: 'xen@04670075bc0d',
  file: 'xen/arch/x86/pv/ro-page-fault.c',
  symbol,
});

/** In the order of the numbers that the hypervisor's steps observe; the first is number 1. */
export const RULES = [
  {
    name: 'pin read-only',
    says: 'a page is pinned as a page table only while the kernel cannot write it',
    source: mm('_get_page_type'),
  },
  {
    name: 'link read-only',
    says: 'a page is linked into a validated tree only while the kernel cannot write it',
    source: mm('mod_l2_entry'),
  },
  {
    name: 'load validated',
    says: 'a root is loaded only if its tree is, or can be, validated',
    source: mm('new_guest_cr3'),
  },
  {
    name: 'one type',
    says: 'a page is a table of one level at a time: the one its entry asks for',
    source: mm('_get_page_type'),
  },
  {
    name: 'no huge pages',
    says: 'an upper entry names a page table: there are no huge pages',
    source: mm('mod_l2_entry'),
  },
  {
    name: 'writable when unused',
    says: 'a page becomes writable only when nothing holds it as a page table',
    source: mm('_get_page_type'),
  },
  {
    name: 'root unloaded first',
    says: 'a root becomes writable only after the last vCPU has left it',
    source: mm('new_guest_cr3'),
  },
  {
    name: 'upper by hypercall',
    says: 'upper tables in use are changed by hypercall: no write to them is emulated',
    source: trap('ptwr_do_page_fault'),
  },
  {
    name: 'pinned under lock',
    says: 'nobody writes to a page that is read-only and not yet (or no longer) a page table',
    source: trap('ptwr_do_page_fault'),
  },
  { name: 'pin once', says: 'a page is pinned once', source: mm('do_mmuext_op') },
  { name: 'unpin once', says: 'only a page that is pinned is unpinned', source: mm('do_mmuext_op') },
  {
    name: 'freed writable',
    says: 'a page goes back to the allocator writable: its next owner writes to it',
    source: trap('pv_ro_page_fault'),
  },
] as const satisfies readonly Rule[];

export type RuleName = (typeof RULES)[number]['name'];

/** The number of a rule. */
export const rule = (name: RuleName): number => 1 + RULES.findIndex((r) => r.name === name);

/** The sentence of rule `number`. */
export const sentenceOf = (number: number): string => RULES[number - 1]?.says ?? 'a rule that is not in the table';
