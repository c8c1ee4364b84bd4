import { describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brokenLinks } from '../src/check-links.ts';

function site(files: Readonly<Record<string, string>>, check: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'site-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    check(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('links of a built site', () => {
  test('a page, a place in it and a file are there', () => {
    const files = {
      'index.html':
        '<a href="a/x.html">x</a> <a class="y" href="a/x.html#here">x</a> <img src="assets/i.svg"> <a href="https://example.org/gone">out</a>',
      'a/x.html': '<h2 id="here">h</h2><a href="#here">up</a><a href="../index.html">home</a>',
      'assets/i.svg': '<svg/>',
    };
    site(files, (folder) => expect(brokenLinks(folder)).toEqual([]));
  });

  test('a missing page and a missing place are told with the page that names them', () => {
    const files = {
      'index.html': '<a href="gone.html">x</a><a href="a/x.html#there">x</a>',
      'a/x.html': '<p id="here">',
    };
    site(files, (folder) =>
      expect(brokenLinks(folder)).toEqual([
        { page: 'index.html', href: 'gone.html' },
        { page: 'index.html', href: 'a/x.html#there' },
      ]),
    );
  });
});
