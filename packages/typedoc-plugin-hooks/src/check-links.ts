/** Follows every link inside a built site: `node dist/check-links.js site`. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { filesUnder } from './workspace.ts';

export interface BrokenLink {
  readonly page: string;
  readonly href: string;
}

/** Links to pages, files and places in pages that are not there. */
export function brokenLinks(site: string): BrokenLink[] {
  const pages = filesUnder(site).filter((file) => file.endsWith('.html'));
  const html = new Map(pages.map((page) => [page, readFileSync(page, 'utf8')]));
  const idsOf = new Map<string, Set<string>>();
  const ids = (page: string): Set<string> => {
    const known =
      idsOf.get(page) ??
      new Set([...(html.get(page) ?? '').matchAll(/ (?:id|name)="([^"]+)"/g)].map((m) => decodeHtml(m[1] ?? '')));
    idsOf.set(page, known);
    return known;
  };
  return pages.flatMap((page) =>
    [...(html.get(page) ?? '').matchAll(/<[a-z][^>]*? (?:href|src)="([^"]*)"/g)].flatMap(([, raw = '']) => {
      const href = decodeHtml(raw);
      if (/^(?:[a-z]+:|\/\/)/i.test(href)) return [];
      const [path = '', anchor = ''] = href.split('#');
      const target = path === '' ? page : resolve(dirname(page), decodeURIComponent(path.split('?')[0] ?? ''));
      const file = existsSync(target) && statSync(target).isDirectory() ? join(target, 'index.html') : target;
      const there =
        existsSync(file) && (anchor === '' || !file.endsWith('.html') || ids(file).has(decodeURIComponent(anchor)));
      return there ? [] : [{ page: relative(site, page), href }];
    }),
  );
}

const decodeHtml = (text: string): string =>
  text
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');

function main(site: string): void {
  const pages = filesUnder(site).filter((file) => file.endsWith('.html')).length;
  const broken = brokenLinks(resolve(site));
  for (const { page, href } of broken) console.error(`docs: ${page} links to ${href}, which is not there`);
  console.error(`docs: ${pages} pages, ${broken.length} broken links`);
  process.exitCode = pages > 0 && broken.length === 0 ? 0 : 1;
}

if (basename(process.argv[1] ?? '') === 'check-links.js') main(process.argv[2] ?? 'site');
