/** The page as a document: it stands alone, it is safe, and everybody can read it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Verdict } from '@shootdown/core';
import { page as pageOf, type Book, type Counted } from '../src/index.ts';
import { hasBrowser, Screen } from './browser.ts';
import { storyOf } from '../src/model/story.ts';
import { bookOf, stepIn } from './real.ts';

const withBrowser = hasBrowser ? describe : describe.skip;
let book: Book;
beforeAll(async () => {
  book = await bookOf('collapse-vs-gup-fast', 'arm64', 'x86-64');
});

/** Words that the viewer itself knows: no plugin can make up others. */
const OURS = new Set(['kind', 'role', 'outcome', 'grade', 'geometry', 'variant', 'region', 'shape', 'mode', 'how']);

/** The same book, from somebody who writes markup into every name, also of processes, cells, functions, races and architectures. */
function hostile(): Book {
  const evil = `</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"><b>'"`;
  const poisoned = (value: unknown): unknown => {
    if (typeof value === 'string') return value + evil;
    if (Array.isArray(value)) return value.map(poisoned);
    if (typeof value !== 'object' || value === null) return value;
    const isReferent = 'n' in value && 'to' in value;
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        // Names of cells and of functions are keys.
        ['cells', 'functions'].some((key) => key in value) || /^[a-zA-Z]+$/.test(name) ? name : name + evil,
        OURS.has(name) || isReferent ? one : poisoned(one),
      ]),
    );
  };
  return { ...(poisoned(book) as Book), title: evil, command: evil };
}

/** What leaving out came to: one step that is needed, and one that is not. */
function ablated(): NonNullable<Book['ablated']>[number] {
  const [broken, clean] = [book.verdicts![0]!, book.verdicts![1]!];
  const left = (word: 'needed' | 'not shown to be needed', verdict: Verdict, step: string) => ({
    in: 'zap_pte',
    step: step as 'lock',
    says: 'a step',
    word,
    verdict: { ...verdict, variant: `after/${step}/zap_pte` },
  });
  const { workload, arch } = clean;
  const removals = [left('not shown to be needed', clean, 'flush'), left('needed', broken, 'lock')];
  return { schemaVersion: 3, workload, variant: 'after', arch, base: clean, removals };
}

test('a page is one file of moderate size', () => {
  const html = pageOf(book);
  expect(Buffer.byteLength(html)).toBeLessThan(400_000);
  expect(html).not.toMatch(/\s(src|href)=/);
  expect(html).toContain("default-src 'none'");
});

test('a large book is packed', () => {
  const many: readonly Verdict[] = Array.from({ length: 40 }, (_, i) => ({
    ...book.verdicts![0]!,
    workload: `race-${i}`,
  }));
  const html = pageOf({ ...book, verdicts: many });
  expect(html).toContain('data-packed');
  expect(Buffer.byteLength(html)).toBeLessThan(500_000);
});

withBrowser('in a browser', () => {
  let screen: Screen;
  beforeAll(async () => {
    screen = await Screen.start();
  });
  afterAll(() => screen.end());
  const RACE = 'collapse-vs-gup-fast/before/arm64';

  test('asks for nothing, and nothing goes wrong in it', async () => {
    const { page, requests, errors } = await screen.show(pageOf(book));
    // Wherever one goes in it.
    const verdicts = page.locator('nav[aria-label=Verdicts] button');
    for (const button of (await verdicts.all()).toReversed()) await button.click();
    for (const button of (await page.locator('.sd-besides button').all()).toReversed()) await button.click();
    await page.locator('.sd-trace').focus();
    for (const key of ['n', 'ArrowDown', '3', 'End']) await page.keyboard.press(key);
    expect([requests, errors]).toEqual([[], []]);
  });

  test('is drawn within two seconds', async () => {
    const { page } = await screen.show(pageOf(book));
    const drawn = await page.evaluate<number>(`performance.getEntriesByName('shootdown-drawn')[0].startTime`);
    expect(drawn).toBeLessThan(2000);
  });

  test('markup in names is text, and no code', async () => {
    const { page, requests, errors } = await screen.show(pageOf(hostile()));
    expect(await page.evaluate<boolean>(`'hacked' in window`)).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
    expect([requests, errors]).toEqual([[], []]);
    expect(await page.locator('h1').innerText()).toContain('<script>');
  });

  test('without the policy it would still be text: the policy is a second wall', async () => {
    const bare = pageOf(hostile()).replace(/<meta http-equiv[^>]*>/, '');
    const { page } = await screen.show(bare);
    expect(await page.evaluate<boolean>(`'hacked' in window`)).toBe(false);
  });

  test('the policy stops a script that is planted', async () => {
    const planted = pageOf(book).replace('</body>', '<script>window.hacked = 1</script></body>');
    const { page } = await screen.show(planted);
    expect(await page.evaluate<boolean>(`'hacked' in window`)).toBe(false);
  });

  test('without scripts there are plain tables with every step', async () => {
    const { page } = await screen.show(pageOf(book), '', { javaScriptEnabled: false });
    const text = await page.locator('body').innerText();
    const { trace } = book.verdicts![0]!.counterexample!;
    for (const event of trace.events) expect(text).toContain(event.text);
    expect(text).toContain('npx shootdown replay v1:');
  });

  test('the keyboard alone moves through it', async () => {
    const { trace } = book.verdicts![0]!.counterexample!;
    const [last, beats] = [trace.events.length, storyOf(trace).map(({ step }) => step)];
    const [first = 0, second = 0] = beats;
    const { page } = await screen.show(pageOf(book), `${RACE}?step=${first}`);
    // From the top of the page by tabs alone, through whatever can be chosen there.
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate<boolean>(`document.activeElement.matches('.sd-trace')`)) break;
    }
    const presses = async (key: string): Promise<string> => {
      await page.keyboard.press(key);
      return page.locator('.sd-count').innerText();
    };
    expect(await presses('ArrowRight')).toBe(`step ${first + 1} of ${last}`);
    expect(await presses('ArrowLeft')).toBe(`step ${first} of ${last}`);
    expect(await presses('n')).toBe(`step ${second} of ${last}`);
    expect(await presses('p')).toBe(`step ${first} of ${last}`);
    expect(await presses('End')).toBe(`step ${last} of ${last}`);
    expect(await presses('Home')).toBe(`step 1 of ${last}`);
    await page.keyboard.press('3');
    expect(await page.locator('.sd-row-step').count()).toBe(last);
    expect(page.url()).toContain('step=1');
  });

  test('a screen reader is told the step, and every row says what happens', async () => {
    const { trace } = book.verdicts![0]!.counterexample!;
    const step = stepIn(trace, 'K', 'xchg T2[0]');
    const { page } = await screen.show(pageOf(book), `${RACE}?step=${step}`);
    expect(await page.locator('[aria-live]').innerText()).toContain(
      `Step ${step} of ${trace.events.length}: K, xchg T2[0]`,
    );
    expect(await page.locator('.sd-row[aria-current=step]').innerText()).toContain('xchg T2[0]');
    expect(await page.locator('section.sd-trace').getAttribute('aria-label')).toBe(
      'collapse-vs-gup-fast, before the fix, on arm64',
    );
  });

  test('who comes sees the top of the page; who moves sees the row', async () => {
    const { page } = await screen.show(pageOf(book), '', { viewport: { width: 390, height: 844 } });
    expect(await page.evaluate<number>('scrollY')).toBe(0);
    await page.locator('.sd-trace').focus();
    await page.keyboard.press('End');
    const [row, lanes] = [
      await page.locator('.sd-row[aria-current=step]').boundingBox(),
      await page.locator('.sd-lanes').boundingBox(),
    ];
    expect(row!.y).toBeGreaterThanOrEqual(lanes!.y);
    expect(row!.y + row!.height).toBeLessThanOrEqual(lanes!.y + lanes!.height);
  });

  test('what a function does is drawn: the tables before a call, and after it', async () => {
    const { workload, variant, arch, configuration, counterexample, evidence } = book.verdicts![0]!;
    const { trace, token } = counterexample!;
    const replay = { workload, variant, arch, configuration, token, trace, geometry: evidence.geometry };
    const { page } = await screen.show(
      pageOf({ title: 'x', command: 'x', version: '', replay: { ...replay, within: 'pmdp_collapse_flush' } }),
    );
    const effect = page.locator('[data-effect=pmdp_collapse_flush]');
    const [before, after] = [effect.locator('svg').first(), effect.locator('svg').last()];
    expect(await before.locator('[data-table=T3]').getAttribute('data-life')).toBe('linked');
    expect(await after.locator('[data-table=T3]').getAttribute('data-life')).toBe('detached');
    expect(await after.locator('.sd-changed[data-cell="T2[0]"]').count()).toBe(1);
    expect(await before.locator('.sd-chip').count()).toBeGreaterThan(0);
    expect(await after.locator('.sd-chip').count()).toBe(0);
  });

  test('of steps that were left out those that are needed lead to what breaks without them', async () => {
    const { page } = await screen.show(pageOf({ title: 'x', command: 'x', version: '', ablated: [ablated()] }));
    expect(await page.locator('.sd-needed tbody tr').count()).toBe(2);
    await page.locator('.sd-needed button').click();
    expect(await page.locator('.sd-title small').innerText()).toContain('without lock in zap_pte');
    expect(await page.locator('[data-search-again]').innerText()).toBe(
      'npx shootdown ablate collapse-vs-gup-fast --arch arm64 --variant after',
    );
  });

  test('counts: architectures that cost the same are one row, and each cell says its numbers', async () => {
    const one = (arch: string, mode: 'solo' | 'spin3', tlbIpis: number): Counted => ({
      operation: 'munmap',
      arch,
      mode,
      columns: { ipis: tlbIpis, tlbIpis, syncIpis: 0, lazyExitIpis: 0, flushCalls: 1, syncKicks: 0 },
    });
    const measured = ['a', 'b', 'c'].flatMap((arch) => [
      one(arch, 'solo', 0),
      one(arch, 'spin3', arch === 'b' ? 3 : 0),
    ]);
    const { page } = await screen.show(pageOf({ title: 'x', command: 'x', version: '', measured }));
    const rows = await page.locator('.sd-card tbody tr').allInnerTexts();
    expect(rows.map((row) => row.replace(/\s+/g, ' ').trim())).toEqual([
      'b 0 interrupts, 1 fl. 3 interrupts, 1 fl.',
      'a, c 0 interrupts, 1 fl. 0 interrupts, 1 fl.',
    ]);
  });

  test('races that were left out are named', async () => {
    const comparison = { archs: [], rows: [], seconds: 0, complete: true };
    const { page } = await screen.show(
      pageOf({ title: 'x', command: 'x', version: '', comparison, leftOut: ['long-race'] } as unknown as Book),
    );
    expect(await page.locator('[data-left-out]').innerText()).toContain('npx shootdown report long-race');
  });

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [1920, 'light'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('at %d px, %s, the page does not scroll sideways', async (width, colorScheme) => {
    const { page } = await screen.show(
      pageOf(book),
      `${RACE}?step=${stepIn(book.verdicts![0]!.counterexample!.trace, 'G', 'load T3[0]', 'last')}`,
      {
        viewport: { width, height: 900 },
        colorScheme,
      },
    );
    const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(over).toBeLessThanOrEqual(0);
  });
});
