/** Pages in a real browser: Debian's chromium, or whatever CHROMIUM names. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const found = PLACES.find((path) => path !== '' && existsSync(path));
if (found === undefined)
  process.stderr.write('No browser: pictures are not tested. Install chromium, or name one in CHROMIUM.\n');

/** Is there one? Tests without it are skipped. */
export const hasBrowser = found !== undefined;

export interface Shown {
  readonly page: Page;
  /** Addresses that were asked for, the page itself left out. */
  readonly requests: readonly string[];
  /** What went wrong in the page. */
  readonly errors: readonly string[];
}

/** A browser, and a folder for the pages that it shows. */
export class Screen {
  private constructor(
    private readonly browser: Browser,
    private readonly folder: string,
  ) {}

  static async start(): Promise<Screen> {
    const browser = await chromium.launch({ executablePath: found!, args: ['--no-sandbox'] });
    return new Screen(browser, mkdtempSync(join(tmpdir(), 'shootdown-viewer-')));
  }

  async end(): Promise<void> {
    await this.browser.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** @param hash of the address, behind `#` */
  async show(html: string, hash = '', options: BrowserContextOptions = {}): Promise<Shown> {
    const file = join(this.folder, `${Math.random().toString(36).slice(2)}.html`);
    writeFileSync(file, html);
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    const page = await context.newPage();
    const [requests, errors]: [string[], string[]] = [[], []];
    const url = pathToFileURL(file).href;
    page.on('request', (request) => {
      if (request.url().split('#')[0] !== url) requests.push(request.url());
    });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(hash ? `${url}#${hash}` : url);
    if (options.javaScriptEnabled !== false) await page.waitForSelector('[data-drawn]');
    return { page, requests, errors };
  }
}
