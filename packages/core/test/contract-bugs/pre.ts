/** For every claim about how a hook is entered: a caller that enters it otherwise. */
import { __tlb_remove_table, pgtable_trans_huge_deposit, set_pmd_at } from '../../src/contract/hooks/index.ts';
import { allHooks } from '../../src/contract/mm-hooks.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { mkTable, none, type Entry } from '../../src/words/entry.ts';
import { entryRef, tableCells, type Slot } from '../../src/words/objects.ts';
import type { Scenario } from '../../src/workload/scenario.ts';
import { direct } from './direct.ts';
import { leaf, type At, type Way } from './drive.ts';
import type { Planted } from './spoil.ts';
import { collapseBesideGup, oldCollapse, unmapBesideGup, unmapBesideStore } from './stories.ts';

interface Call<W> {
  readonly hookName: string;
  story(way?: W): Scenario;
}
/** A claim, what the caller does wrong, and its call; `right` is the same call rightly, where that is more than the plain one. */
const entered = <W>({ hookName, story }: Call<W>, sentence: string, says: string, wrong: W, right?: W): Planted => ({
  claim: `${hookName}: ${sentence}`,
  says,
  holdsIn: story(right),
  bug: { story: story(wrong) },
});

/** The same sentence in several contracts, and what breaks it everywhere. */
const everywhere = (sentence: string, says: string, wrong: Pick<Way, 'interrupts' | 'unaligned'>): Planted[] =>
  (Object.values(direct) as Call<object>[])
    .filter(({ hookName }) => sentence in allHooks.get(hookName)!.must.pre)
    .map((call) => entered(call, sentence, says, wrong));

const holding = (slot: (a: At) => Slot, entry: (a: At) => Entry) => ({
  before: (cpu: Cpu, a: At) => cpu.store(entryRef(slot(a)), entry(a)),
});
const tooEarly = { beside: 'a pin', hurries: true } as const;
const inTranslation = { beside: 'a load', hurries: true } as const;
const pmdp = (a: At): Slot => a.pmdp;

export const wrongEntries: readonly Planted[] = [
  ...everywhere('interrupts are on', 'interrupts are off', { interrupts: 'off' }),
  ...everywhere('interrupts are off', 'interrupts are on', { interrupts: 'on' }),
  ...everywhere('the address is aligned to the huge page size', 'the address is that of the second page', {
    unaligned: true,
  }),

  entered(direct.set_pte_at, 'the new PTE points to no table', 'it is given a table', {
    args: (a) => [a.mm, 0, a.ptep, mkTable(a.fresh)],
  }),
  entered(direct.set_pmd_at, 'the new PMD points to no table', 'it is given a table', {
    args: (a) => [a.mm, 0, a.pmdp, mkTable(a.fresh)],
  }),
  entered(
    direct.pmdp_collapse_flush,
    'the PMD points to a table',
    'the page is huge already',
    holding(pmdp, () => leaf),
  ),
  entered(
    direct.pmdp_invalidate,
    'the PMD is present',
    'the PMD is none',
    holding(pmdp, () => none),
  ),
  entered(
    direct.pmdp_invalidate_ad,
    'the PMD is present',
    'the PMD is none',
    holding(pmdp, () => none),
  ),

  entered(
    direct.pmd_populate,
    'the hardware cannot use the PMD',
    'it maps a huge page',
    holding(pmdp, () => leaf),
  ),
  entered(
    direct.pud_populate,
    'the hardware cannot use the entry',
    'it points to a table already',
    holding(
      (a) => a.top('pud'),
      (a) => mkTable(a.fresh),
    ),
  ),
  entered(
    direct.p4d_populate,
    'the hardware cannot use the entry',
    'it points to a table already',
    holding(
      (a) => a.top('p4d'),
      (a) => mkTable(a.fresh),
    ),
  ),
  entered(
    direct.pgd_populate,
    'the hardware cannot use the entry',
    'it points to a table already',
    holding(
      (a) => a.top('pgd'),
      (a) => mkTable(a.fresh),
    ),
  ),
  entered(direct.pmd_populate, 'the table is allocated', 'it was given back', {
    before: (cpu, a) => cpu.free_table(a.fresh),
  }),

  entered(
    direct.pgtable_trans_huge_deposit,
    'the PMD is none',
    'the huge page is mapped already',
    holding(pmdp, () => leaf),
  ),
  entered(direct.pgtable_trans_huge_deposit, 'the deposited table is empty', 'an entry is left in it', {
    before: (cpu, a) => cpu.store(tableCells.entry(a.fresh, 1), leaf),
  }),
  {
    claim: 'pgtable_trans_huge_deposit: no lockless walker is in the deposited table',
    says: 'the collapse does not wait for walkers',
    holdsIn: collapseBesideGup,
    bug: { kernel: oldCollapse },
  },
  entered(direct.pgtable_trans_huge_withdraw, 'the hardware cannot use the PMD', 'the huge page is still mapped', {
    *before(cpu, a) {
      yield* pgtable_trans_huge_deposit(cpu, a.mm, a.pmdp, a.fresh);
      yield* set_pmd_at(cpu, a.mm, 0, a.pmdp, leaf);
    },
  }),

  entered(direct.pte_free, 'no lockless walker is in the table', 'a walker is not waited for', tooEarly, {
    beside: 'a pin',
  }),
  entered(direct.pte_free, 'no hardware walker is in the table', 'a translation is not waited for', inTranslation),
  entered(direct.pmd_free, 'no lockless walker is in the table', 'a walker is not waited for', tooEarly, {
    beside: 'a pin',
  }),
  entered(direct.pmd_free, 'no hardware walker is in the table', 'a translation is not waited for', inTranslation),
  entered(direct.pgd_free, 'no hardware walker is in the table', 'a translation is not waited for', inTranslation),
  {
    claim: '__tlb_remove_table: no lockless walker is in the table',
    says: 'tables do not wait for a grace period',
    holdsIn: unmapBesideGup,
    bug: {
      layer: {
        *tlb_remove_table(cpu, _tlb, table) {
          yield* __tlb_remove_table(cpu, table);
        },
      },
    },
  },
  {
    claim: '__tlb_remove_table: no hardware walker is in the table',
    says: 'tables do not wait for the flush',
    holdsIn: unmapBesideStore,
    bug: { layer: { *tlb_flush() {} } },
  },
];
