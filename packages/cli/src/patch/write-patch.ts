/** The files of a new patch: the present bodies, ready to be edited. */
import type { PresentBody } from './present-body.ts';

/** What is to be replaced, with the body that it has. */
export interface Touched {
  /** As `replaces` names it; of a hook that an architecture inherits, the hook. */
  readonly name: string;
  /** The architecture that is to have a body of its own. Absent: what is there is replaced. */
  readonly on?: string;
  readonly body: PresentBody;
}

/** What a patch is begun with. */
export interface NewPatch {
  /** snake_case. */
  readonly name: string;
  readonly touched: readonly Touched[];
  readonly version: string;
  /** What the command line is called: `npx shootdown`. */
  readonly folder: string;
  /** Folders of the packages that it imports, from the folder of the patch. */
  readonly packages: Readonly<Record<string, string>>;
}

/** Content by path. */
export function patchFilesOf(patch: NewPatch): Map<string, string> {
  return new Map([
    ['patch.ts', patchText(patch)],
    ['patch.test.mjs', testText()],
    ['README.md', readme(patch)],
    ['tsconfig.json', tsconfig(patch)],
  ]);
}

function patchText({ name, touched, version }: NewPatch): string {
  const replaced = touched.filter(({ on }) => on === undefined);
  const layers = new Map<string, Touched[]>();
  for (const one of touched) if (one.on !== undefined) layers.set(one.on, [...(layers.get(one.on) ?? []), one]);
  const helpers = [...new Set(touched.flatMap(({ body }) => body.helpers))];
  const parts = [
    `/** ${sentenceOf(name)}: what the kernel has otherwise. Written for shootdown ${version}. */`,
    imports(touched),
    '',
    ...helpers.flatMap((text) => [text, '']),
    'export default patch({',
    `  name: '${name}',`,
    "  says: 'TODO: what the kernel does with it, in one sentence.',",
    `  writtenFor: '${version}',`,
    ...(replaced.length === 0
      ? []
      : ['  replaces: {', ...replaced.map(({ name: one, body }) => method(keyOf(one), body, 4)), '  },']),
    ...(layers.size === 0
      ? []
      : [
          '  layers: {',
          ...[...layers].flatMap(([on, those]) => [
            `    ${keyOf(on)}: class {`,
            ...those.map(({ name: one, body }) => method(one, body, 6).replace(/,$/, '')),
            '    },',
          ]),
          '  },',
        ]),
    '});',
    '',
  ];
  return parts.join('\n');
}

const sentenceOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
const keyOf = (name: string): string => (/^\w+$/.test(name) ? name : `'${name}'`);

function method(key: string, { comment, signature, block, self }: PresentBody, indent: number): string {
  const open = signature.indexOf('(') + 1;
  const withSelf =
    self === undefined
      ? signature
      : `${signature.slice(0, open)}this: ${self}${signature[open] === ')' ? '' : ', '}${signature.slice(open)}`;
  const text = [...(comment === '' ? [] : [comment]), `*${key}${withSelf} ${block},`].join('\n');
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(indent) + line))
    .join('\n');
}

function imports(touched: readonly Touched[]): string {
  const all = new Map<string, Set<string>>([['@shootdown/core/kernel', new Set(['patch'])]]);
  for (const { body } of touched)
    for (const [face, names] of body.imports) all.set(face, new Set([...(all.get(face) ?? []), ...names]));
  return [...all]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([face, names]) =>
        `import {\n${[...names]
          .sort(byName)
          .map((name) => `  ${name},\n`)
          .join('')}} from '${face}';`,
    )
    .join('\n');
}
const byName = (a: string, b: string): number => a.toLowerCase().localeCompare(b.toLowerCase());

const testText = (): string => `/** The patch breaks nothing: node --test */
import assert from 'node:assert';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

test('nothing breaks with the patch that holds without it', () => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const { status, stdout, stderr } = spawnSync('npx', ['shootdown', 'patch', here, '--quiet'], { encoding: 'utf8' });
  // 0: nothing broke. 75: a search did not end, or a line was not reached: allow it here if you can live with that.
  assert.equal(status, 0, stdout + stderr);
});
`;

const readme = ({ name, folder, touched }: NewPatch): string => `# ${sentenceOf(name)}

What it changes in the kernel, and why.

Replaces: ${touched.map(({ name: one, on }) => `\`${one}\`${on === undefined ? '' : ` on ${on}`}`).join(', ')}.

\`\`\`sh
npx shootdown patch ${folder}                        # everything that executes it, on every architecture
npx shootdown patch ${folder} --arch arm64           # on one
npx shootdown patch ${folder} collapse-vs-gup-fast   # by one race
\`\`\`

Edit \`patch.ts\`: it is loaded as it is, and needs no build. Every \`yield*\` is a place where another CPU may come in between.
Functions that it calls by their names are those of the kernel that runs, with all that is replaced in it.
`;

const tsconfig = ({ packages }: NewPatch): string =>
  `${JSON.stringify(
    {
      compilerOptions: {
        target: 'ES2022',
        module: 'NodeNext',
        lib: ['ES2024'],
        types: [],
        strict: true,
        noEmit: true,
        skipLibCheck: true,
        experimentalDecorators: true,
        allowImportingTsExtensions: true,
        // So that an editor finds what runs.
        paths: Object.fromEntries(
          Object.entries(packages).flatMap(([name, folder]) => [
            [name, [`${folder}/types/index.d.ts`]],
            [`${name}/*`, [`${folder}/types/*.d.ts`]],
          ]),
        ),
      },
      include: ['*.ts'],
    },
    undefined,
    2,
  )}\n`;
