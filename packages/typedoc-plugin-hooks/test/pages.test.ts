import { beforeAll, describe, expect, test } from '@jest/globals';
import { allHooks, hooksOf, sentencesOf } from '@shootdown/core';
import { arch, Generic, type Cpu, type Layer, type Mm, type Op, type Va, type Vma } from '@shootdown/core/plugin';
import { races } from '@shootdown/workloads';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { ArchFacts } from '../src/facts.ts';
import { Knowledge } from '../src/knowledge.ts';
import { fileText, plain, type Page } from '../src/markdown.ts';
import { allPages } from '../src/pages/index.ts';

class Toy implements Layer {
  *flush_tlb_page(_cpu: Cpu, _vma: Vma, _addr: Va): Op {}
  *flush_tlb_range(_cpu: Cpu, _vma: Vma, _start: Va, _end: Va): Op {}
  *flush_tlb_mm(_cpu: Cpu, _mm: Mm): Op {}
}

const machine: ArchFacts['arch']['machine'] = {
  geometry: { pageShift: 12, bits: { pgd: 9, p4d: 0, pud: 9, pmd: 9, pte: 9 } },
  shootdown: 'broadcast',
  walkCache: true,
  hardwareAccessed: 'always',
  hardwareDirty: 'may',
  memory: 'arm',
  numbers: {},
  exploring: {},
  entryBits: { PRESENT: 'bit 0' },
  config: { MMU_GATHER_RCU_TABLE_FREE: true, TRANSPARENT_HUGEPAGE: true, HAVE_FAST_GUP: false },
};
const toy = arch({
  id: 'toy',
  title: 'A toy',
  what: 'Flushes by magic.',
  layers: [Toy],
  machine: { ...machine, cells: [] },
});

const facts: ArchFacts = {
  arch: {
    id: toy.id,
    title: toy.title,
    what: toy.what,
    over: undefined,
    folder: 'packages/arch-toy',
    layers: [{ name: 'Toy', own: true }],
    machine,
    history: [],
    operations: [],
  },
  hooks: hooksOf(toy),
  frequencies: [
    {
      hook: 'pmdp_collapse_flush',
      claim: 'lockless walkers of the old table have left',
      kind: 'may',
      arch: 'toy',
      word: 'sometimes',
      held: 3,
      failed: 1,
      heldAt: 'v1:held',
      failedAt: 'v1:failed',
    },
    {
      hook: 'pmdp_collapse_flush',
      claim: 'the other CPUs were interrupted',
      kind: 'may',
      arch: 'toy',
      word: 'never',
      held: 0,
      failed: 4,
    },
    {
      hook: 'pmdp_collapse_flush',
      claim: 'the PMD is none',
      kind: 'must',
      arch: 'toy',
      word: 'sometimes',
      held: 3,
      failed: 1,
    },
  ],
  measured: [
    {
      arch: 'toy',
      hook: 'pmdp_collapse_flush',
      layer: 'Generic',
      waits: ['an RCU grace period'],
      states: 1234,
      complete: true,
    },
  ],
  stories: [
    {
      kind: 'race',
      id: 'collapse-vs-gup-fast',
      stacks: [
        ['collapse_huge_page', 'vma_lookup'],
        ['collapse_huge_page', 'pmdp_collapse_flush', 'flush_tlb_range'],
      ],
    },
  ],
  races: [
    {
      race: 'collapse-vs-gup-fast',
      before: 'violates',
      after: 'clean',
      expectedBefore: 'unstated',
      expectedAfter: 'violates',
      agreement: 'disagree',
      tokens: ['v1:toy'],
      states: 7,
    },
  ],
};

const pages = new Map<string, Page>();
const textOf = (path: string): string => fileText(pages.get(path)!);

beforeAll(() => {
  for (const page of allPages(new Knowledge([facts]))) pages.set(page.path, page);
});

describe('pages', () => {
  test('every hook has one, with its sections in one order', () => {
    for (const hook of allHooks.keys()) {
      const sections = [...textOf(`hooks/${hook}.md`).matchAll(/^## (.*)$/gm)].map((m) => m[1]);
      expect(sections).toEqual(['Before', 'After', 'May differ', 'Bodies', 'Races that need it', 'Doubts', 'Source']);
    }
  });

  test('every claim of a contract is on the page of its hook', () => {
    for (const contract of allHooks.values()) {
      const text = textOf(`hooks/${contract.hookName}.md`);
      for (const { sentence } of sentencesOf(contract))
        expect(text).toContain(plain(sentence.replace(/ is held$/, '')));
    }
  });

  test('a hook says what was measured, and what an architecture broke', () => {
    const text = textOf('hooks/pmdp_collapse_flush.md');
    expect(text).toContain('function* pmdp_collapse_flush(cpu: Cpu, vma: Vma, address: Va, pmdp: PmdSlot): Op<Pmd>');
    expect(text).toMatch(/\[toy\]\(.*\) \| .*sometimes.* \| .*never.* \| an RCU grace period \| 1,234 states/);
    expect(text).toContain('holds in `v1:held`, fails in `v1:failed`');
    expect(text).toContain('**Broken**');
    expect(text).toContain(
      '[Collapse copies a page that fast GUP is pinning](./../races/collapse-vs-gup-fast.md) (2022); reached on all',
    );
  });

  test('the body of a hook stands beside its place in Linux', () => {
    expect(textOf('hooks/ptep_clear_flush.md')).toContain(
      '*ptep_clear_flush(cpu: Cpu, vma: Vma, addr: Va, ptep: PteSlot): Op<Pte> {',
    );
    expect(textOf('hooks/flush_tlb_mm.md')).toContain('every architecture has to bring one');
    expect(Object.getOwnPropertyNames(Generic.prototype)).not.toContain('flush_tlb_mm');
  });

  test('an operation lists the hooks it comes to, and not those that belong to a hook', () => {
    const text = textOf('operations/collapse_huge_page.md');
    expect(text).toContain('[`pmdp_collapse_flush`]');
    expect(text).not.toContain('[`flush_tlb_range`]');
    expect(text).toContain('## Operations it calls\n\n[`vma_lookup`]');
  });

  test('a race that differs from the reference is marked', () => {
    expect(textOf('races.md')).toMatch(
      /\[<span class="sd-bad">FAIL\*<\/span>\]\(.\/races\/[\w-]+\.md\)<br><span class="sd-good">ok!<\/span>/,
    );
  });

  test('a race has a page of its own: a picture where something breaks, words where nothing does', () => {
    const { id } = races[0]!;
    const book = { title: id, command: `npx shootdown run ${id}`, version: '', verdicts: [] };
    const drawn = allPages(
      new Knowledge([facts], {
        races: { [id]: book },
        heldOff: { [id]: [{ arch: 'toy', says: 'K waits there for ever.' }] },
        functions: { pmd_clear: book },
      }),
    );
    const at = (path: string): string => fileText(drawn.find((page) => page.path === path)!);
    expect(at(`races/${id}.md`)).toContain('<div data-shootdown="picture" data-embedded>');
    expect(at(`races/${id}.md`)).toContain(`<code>npx shootdown run ${id}</code>`);
    expect(at(`races/${id}.md`)).toMatch(
      /## What holds it off elsewhere[^]*\[toy\]\(.*\) \| K waits there for ever\. \|/,
    );
    expect(at('hooks/pmd_clear.md')).toContain('## Seen');
    expect(textOf(`races/${id}.md`)).toContain('there is no picture');
  });

  test('each thread draws a race that it speaks of', () => {
    const folder = new URL('../../../docs/threads/', import.meta.url);
    for (const file of readdirSync(folder)) {
      const text = readFileSync(new URL(file, folder), 'utf8');
      const drawn = /^---\n[^]*?^draws: (.*)$[^]*?^---$/m.exec(text)?.[1];
      expect(races.map(({ id }) => id)).toContain(drawn);
      expect(text.replace(/^draws: .*$/m, '')).toContain(drawn);
    }
  });

  test('an architecture lists what it brings and what it inherits', () => {
    const text = textOf('architectures/toy.md');
    expect(text).toContain(`${allHooks.size - 3} of ${allHooks.size}, with the kernel's own body`);
    expect(text).toContain('| Page | 4 KiB; huge page 2 MiB |');
  });

  test('links between pages lead to pages', () => {
    for (const page of pages.values())
      for (const [, target = ''] of fileText(page).matchAll(/\]\((\.[^)#]*)/g))
        expect([...pages.keys()]).toContain(posix.join(posix.dirname(page.path), target));
  });
});
