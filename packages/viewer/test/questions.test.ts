/** What people ask first about a race, answered by the picture alone. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { page as pageOf } from '../src/index.ts';
import { hasBrowser, Screen, type Shown } from './browser.ts';
import type { Trace } from '@shootdown/core';
import { bookOf, stepIn } from './real.ts';

const RACE = 'collapse-vs-gup-fast/before/arm64';
const withBrowser = hasBrowser ? describe : describe.skip;

withBrowser('ten first questions', () => {
  let screen: Screen;
  let html: string;
  let trace: Trace;
  beforeAll(async () => {
    screen = await Screen.start();
    const book = await bookOf('collapse-vs-gup-fast', 'arm64', 'x86-64');
    trace = book.verdicts![0]!.counterexample!.trace;
    html = pageOf(book);
  });
  // Steps are found by what they do: their numbers change with the model.
  const walked = (): number => stepIn(trace, 'G', 'reads T2[0] without lock');
  const broadcast = (): number => stepIn(trace, 'K', 'broadcasts');
  /** Behind the pin: the walk looks at its PTE again, and finds it as it was. */
  const looksAgain = (): number => stepIn(trace, 'G', 'load T3[0]', 'last');
  afterAll(() => screen.end());
  const at = (hash: string): Promise<Shown> => screen.show(html, `${RACE}?${hash}`);
  const textOf = async ({ page }: Shown, selector: string): Promise<string> =>
    (await page.locator(selector).first().innerText()).replace(/\s+/g, ' ');

  test('what is T3? a table that the PMD pointed to, and that is detached by the time it is read again', async () => {
    expect(await (await at(`step=${walked()}`)).page.locator('[data-table=T3]').getAttribute('data-life')).toBe(
      'linked',
    );
    expect(await (await at(`step=${looksAgain()}`)).page.locator('[data-table=T3]').getAttribute('data-life')).toBe(
      'detached',
    );
  });

  test('who holds the lock now? the collapse, for writing', async () =>
    expect(await textOf(await at(`step=${looksAgain()}`), '[data-held]')).toContain('K mm0.mmap_lock (write)'));

  test('which entry is stale? the one that the walk of fast GUP goes by', async () => {
    const shown = await at(`step=${looksAgain()}`);
    expect(await textOf(shown, '[data-stale-list]')).toContain(
      `G goes by T2[0] = table T3 of step ${walked()}; now T2[0] is none`,
    );
    expect(await shown.page.locator('.sd-chip-read.sd-stale[data-cell="T2[0]"]').count()).toBe(1);
  });

  test('why is x86 safe? the interrupt is held up by the walker', async () =>
    expect(await textOf(await at('beside=x86-64'), '[data-parts]')).toMatch(
      /on x86-64, K waits .* because .*cpu0 irq is held up: CPU0 irqs off is 1/,
    ));

  test('where do the two part? behind the last step that both make', async () => {
    const shown = await at('beside=x86-64');
    expect(await textOf(shown, '[data-parts]')).toMatch(/^They part at step \d+ of arm64/);
    expect(await shown.page.locator('.sd-pair-parts').count()).toBe(1);
  });

  test('which claim broke?', async () =>
    expect(await textOf(await at(`step=${walked()}`), '[data-claim]')).toContain(
      'a pinned page is the page that the process maps',
    ));

  test('who was interrupted? nobody: who flushes waits for the TLBs, not for a walker', async () => {
    const shown = await at(`step=${broadcast()}`);
    expect(await textOf(shown, '[data-waiting]')).toContain('K waits for cpu0 tlb');
    expect(await shown.page.locator('.sd-wait-interrupted').count()).toBe(0);
  });

  test('what would the fix change? fast GUP looks at the PMD again', async () => {
    expect(await textOf(await at(`step=${walked()}`), '[data-twin]')).toMatch(
      /^The fix .*PMD.*ok \(proved, [\d,]+ states\)/,
    );
    expect(await textOf(await at('beside=the fix'), '[data-parts]')).toMatch(
      /with the fix, G goes another way in gup_put_folio/,
    );
  });

  test('how large was the search?', async () =>
    expect(await textOf(await at(`step=${walked()}`), '[data-search]')).toMatch(
      /[\d,]+ states, [\d,]+ transitions, depth \d+/,
    ));

  test('how do I run it again?', async () =>
    expect(await textOf(await at(`step=${walked()}`), '[data-replay]')).toMatch(
      /^npx shootdown replay v1:collapse-vs-gup-fast:before:arm64:\S+$/,
    ));
});
