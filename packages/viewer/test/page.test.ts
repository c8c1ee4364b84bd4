/** The page as a document: it stands alone, it is safe, and everybody can read it. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Verdict } from '@shootdown/core';
import { page as pageOf, type Book } from '../src/index.ts';
import { hasBrowser, Screen } from './browser.ts';
import { bookOf } from './real.ts';

const withBrowser = hasBrowser ? describe : describe.skip;
let book: Book;
beforeAll(async () => {
  book = await bookOf('collapse-vs-gup-fast', 'arm64', 'x86-64');
});

/** The same book, from somebody who writes markup into every name. */
function hostile(): Book {
  const evil = `</script><script>window.hacked = 1</script><img src=x onerror="window.hacked = 1"><b>'"`;
  const poisoned = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(poisoned);
    if (typeof value !== 'object' || value === null) return value;
    const spoilt = new Set([
      'text',
      'claim',
      'seen',
      'configuration',
      'why',
      'to',
      'from',
      'file',
      'symbol',
      'layer',
      'token',
    ]);
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        typeof one === 'string' && spoilt.has(name) ? one + evil : poisoned(one),
      ]),
    );
  };
  return { ...(poisoned(book) as Book), title: evil, command: evil };
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
    const { requests, errors } = await screen.show(pageOf(book));
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
    const { page } = await screen.show(pageOf(book), `${RACE}?step=4`);
    await page.locator('.sd-trace').focus();
    const current = (): Promise<string> => page.locator('.sd-count').innerText();
    const presses = async (key: string): Promise<string> => {
      await page.keyboard.press(key);
      return current();
    };
    expect(await presses('ArrowRight')).toBe('step 5 of 93');
    expect(await presses('ArrowLeft')).toBe('step 4 of 93');
    expect(await presses('n')).toBe('step 27 of 93');
    expect(await presses('p')).toBe('step 4 of 93');
    expect(await presses('End')).toBe('step 93 of 93');
    expect(await presses('Home')).toBe('step 1 of 93');
    await page.keyboard.press('3');
    expect(await page.locator('.sd-row-step').count()).toBe(93);
    expect(page.url()).toContain('step=1');
  });

  test('a screen reader is told the step, and every row says what happens', async () => {
    const { page } = await screen.show(pageOf(book), `${RACE}?step=27`);
    expect(await page.locator('[aria-live]').innerText()).toMatch(/^Step 27 of 93: K, xchg T2\[0\]/);
    expect(await page.locator('.sd-row[aria-current=step]').innerText()).toContain('xchg T2[0]');
    expect(await page.locator('section.sd-trace').getAttribute('aria-label')).toBe(
      'collapse-vs-gup-fast, before the fix, on arm64',
    );
  });

  test.each([
    [1280, 'light'],
    [1280, 'dark'],
    [1920, 'light'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('at %d px, %s, the page does not scroll sideways', async (width, colorScheme) => {
    const { page } = await screen.show(pageOf(book), `${RACE}?step=44`, {
      viewport: { width, height: 900 },
      colorScheme,
    });
    const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
    expect(over).toBeLessThanOrEqual(0);
  });
});
