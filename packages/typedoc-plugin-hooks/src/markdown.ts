/** The little Markdown that the pages are made of. */
import { posix } from 'node:path';

/** One page: where it stands among the pages, and what it says. */
export interface Page {
  /** Path among the pages, such as `hooks/pmd_clear.md`. */
  readonly path: string;
  readonly title: string;
  /** What stands above the page, where that is longer. */
  readonly headline?: string;
  readonly group?: string;
  /** Paths of the pages under it. */
  readonly children?: readonly string[];
  /** Blocks, set apart by empty lines. */
  readonly blocks: readonly string[];
}

/** The page as a file. */
export function fileText({ path, title, headline, group, children, blocks }: Page): string {
  const head = [
    `title: ${JSON.stringify(title)}`,
    ...(group ? [`group: ${JSON.stringify(group)}`] : []),
    ...(children?.length ? ['children:', ...children.map((child) => `  - ./${relativeTo(path, child)}`)] : []),
  ];
  return `---\n${head.join('\n')}\n---\n\n${[`# ${headline ?? plain(title)}`, ...blocks].filter((block) => block !== '').join('\n\n')}\n`;
}

const relativeTo = (from: string, to: string): string => posix.relative(posix.dirname(from), to);

/** Words as they are: nothing in them is markup. Text between backticks stays code. */
export const plain = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replace(/[\\*_<>[\]{}@#]/g, '\\$&')))
    .join('')
    .replaceAll('|', '\\|');
export const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``;
export const block = (text: string, language = 'ts'): string => `\`\`\`${language}\n${text}\n\`\`\``;
export const heading = (text: string): string => `## ${text}`;
export const list = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n');
export const folded = (title: string, blocks: readonly string[]): string =>
  `<details>\n<summary>${title}</summary>\n\n${blocks.join('\n\n')}\n\n</details>`;

/** Facts with a name each. */
export const facts = (rows: readonly (readonly [string, string])[]): string => table(['', ''], rows);

/** A table; nothing when it has no rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Links between pages, seen from one of them. */
export const linker =
  (from: string) =>
  (to: string, text: string): string =>
    `[${text}](${to.startsWith('#') ? to : `./${relativeTo(from, to)}`})`;

/** A word that is coloured: `always`, `FAIL`. */
export const coloured = (word: string, kind: 'good' | 'mixed' | 'bad' | 'none'): string =>
  `<span class="sd-${kind}">${word}</span>`;
