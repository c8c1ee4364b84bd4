/** What a patch replaces is replaced for everybody who calls it, and what it names in vain is said. */
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { collapse_huge_page, khugepaged_collapse, munmap } from '../../src/kernel/index.ts';
import { original } from '../../src/kernel/operation.ts';
import { patch } from '../../src/arch/patch.ts';
import type { Patch } from '../../src/words/patch.ts';
import { judgeScenario } from '../../src/ask/judge.ts';
import { withPatch, withPatchIn } from '../../src/rig/patched.ts';
import type { Cpu } from '../../src/words/cpu.ts';
import { mmCells, type Mm, type Vma } from '../../src/words/objects.ts';
import type { Op } from '@shootdown/explorer';
import type { Configuration, Scenario, Story } from '../../src/workload/scenario.ts';
import { storeBeside, Toy, toyArch } from './toy-arch.ts';

const toy = toyArch();
const v61: Configuration = { release: 'v6.1', says: 'Linux 6.1' };

const storyOf = (does: (cpu: Cpu, story: Story) => Op<unknown>): Scenario => ({
  ...storeBeside('collapse'),
  threads: [{ name: 'A', cpu: 0, runs: 0, does }],
});

function* collapse(cpu: Cpu, { mm }: Story): Op<unknown> {
  return yield* khugepaged_collapse(cpu, mm, 0);
}
function* unmap(cpu: Cpu, story: Story): Op<unknown> {
  return yield* munmap(cpu, story.mm, story.page(0), story.page(2));
}

async function broken(declaration: Patch, does: typeof collapse): Promise<string | undefined> {
  const [arch] = withPatch([toy], patch(declaration));
  const without = await judgeScenario(arch!, storyOf(does), v61, 'v6.1', { maxStates: 10_000 });
  expect(without.outcome).toBe('clean');
  const verdict = await judgeScenario(arch!, storyOf(does), withPatchIn(v61, declaration), 'v6.1', {
    maxStates: 10_000,
  });
  return verdict.counterexample?.claim;
}

const REACHED = 'no BUG_ON fires';

test('every file of the generic kernel can be reached by a patch', () => {
  const folder = new URL('../../src/kernel/', import.meta.url);
  const all = readFileSync(new URL('all.ts', folder), 'utf8');
  const files = readdirSync(folder).filter((name) => !['all.ts', 'index.ts'].includes(name));
  expect(files.filter((name) => !all.includes(`'./${name}'`))).toEqual([]);
});

describe('a patch', () => {
  test('replaces an operation where another operation calls it', async () => {
    const claim = await broken(
      {
        name: 'mine',
        says: 'Shows that it is reached.',
        replaces: {
          *collapse_huge_page(cpu: Cpu): Op<string> {
            yield* cpu.bug_on(true, 'reached');
            return 'SCAN_FAIL';
          },
        },
      },
      collapse,
    );
    expect(claim).toContain(REACHED);
  });

  test('replaces it where a story has imported it, and reaches the body that was there', async () => {
    const claim = await broken(
      {
        name: 'mine',
        says: 'Does something before.',
        replaces: {
          *collapse_huge_page(cpu: Cpu, mm: Mm, address: number): Op<unknown> {
            const result = yield* original(collapse_huge_page)(cpu, mm, address);
            yield* cpu.bug_on(result === 'SCAN_SUCCEED', 'reached');
            return result;
          },
        },
      },
      function* (cpu, { mm }) {
        yield* cpu.down_read(mmCells.mmap_lock(mm.id));
        return yield* collapse_huge_page(cpu, mm, 0);
      },
    );
    expect(claim).toContain(REACHED);
  });

  test('replaces the body of a hook in its layer', async () => {
    const claim = await broken(
      {
        name: 'mine',
        says: 'Another flush.',
        replaces: {
          *'Toy.flush_tlb_range'(this: Toy, cpu: Cpu, vma: Vma): Op {
            yield* cpu.bug_on(!(this instanceof Toy) || vma.id < 0, 'its layer is this');
            yield* cpu.bug_on(true, 'reached');
          },
        },
      },
      unmap,
    );
    expect(claim).toContain(REACHED);
  });

  test('may bring switches, and cpu.has knows them only then', async () => {
    const declaration: Patch = {
      name: 'mine',
      says: 'Asks its switch.',
      changes: [{ name: 'my_switch', commit: 'none', shipped: 'never', says: 'On or off.' }],
      replaces: {
        *munmap(cpu: Cpu): Op<unknown> {
          yield* cpu.bug_on(!cpu.has('my_switch'), 'without it');
          return 0;
        },
      },
    };
    expect(await broken(declaration, unmap)).toContain(REACHED);
    const [arch] = withPatch([toy], patch({ ...declaration, changes: [] }));
    await expect(
      judgeScenario(arch!, storyOf(unmap), withPatchIn(v61, declaration), 'v6.1', { maxStates: 10_000 }),
    ).rejects.toThrow('SD_UNKNOWN_CHANGE');
  });

  test.each([
    ['collapse_hug_page', 'Did you mean collapse_huge_page?'],
    ['pmdp_collapse_flush', 'Generic.pmdp_collapse_flush'],
    ['Toy.flush_tlb_rnage', 'Did you mean flush_tlb_range?'],
    ['Toi.flush_tlb_range', 'Did you mean Toy.flush_tlb_range?'],
    ['do_madvise', 'Name one of them: madvise_dontneed, madvise_free.'],
  ])('that names %s is refused: %s', (name, hint) => {
    const declaration = patch({
      name: 'mine',
      says: 'Wrong.',
      replaces: {
        *[name](): Op {
          /* nothing */
        },
      },
    });
    expect(() => withPatch([toy], declaration)).toThrow(hint);
  });

  test('whose body is no generator, or that replaces nothing, is refused', () => {
    const plain = patch({ name: 'mine', says: 'Wrong.', replaces: { munmap: () => 0 } });
    expect(() => withPatch([toy], plain)).toThrow('is no generator');
    expect(() => patch({ name: 'mine', says: 'Nothing.' })).toThrow('it replaces nothing');
    expect(() => patch({ name: 'mine', says: 'Nothing.', replace: {} } as never)).toThrow('SD_BAD_PATCH');
  });
});
