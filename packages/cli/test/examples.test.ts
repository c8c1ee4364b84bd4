/** Every example of every `--help` is run, in one process: it ends well, and says something. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import { Command as Commander } from 'commander';
import { declarations } from '../src/commands/index.ts';

const place = mkdtempSync(join(tmpdir(), 'shootdown-examples-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** `new` writes into a workspace, and the file that the example of `litmus` names has to be there. */
function workspace(): string {
  const files: Readonly<Record<string, string>> = {
    'shootdown.config.mjs': "export default {\n  arches: ['@shootdown/arch-arm64'],\n};\n",
    'tsconfig.json': '{ "files": [], "references": [{ "path": "packages/core" }, { "path": "tsconfig.test.json" }] }',
    'pnpm-workspace.yaml': "packages:\n  - 'packages/*'\n",
    'pnpm-lock.yaml': "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\npackages:\n\n  a@1.0.0: {}\n",
    'SB.litmus':
      'X86 SB\n{ x=0; y=0; }\n P0          | P1          ;\n MOV [x],$1  | MOV [y],$1  ;\n MOV EAX,[y] | MOV EAX,[x] ;\nexists (0:EAX=0 /\\ 1:EAX=0)\n',
  };
  mkdirSync(join(place, 'node_modules'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place, name), text);
  return place;
}

/** What stands behind `Example:` in a text of help. */
const examplesIn = (help: string): string[] =>
  (/\nExample:\n((?: {2}npx shootdown .*\n?)+)/.exec(help)?.[1] ?? '')
    .split('\n')
    .flatMap((line) => /^ {2}npx shootdown (.*)$/.exec(line)?.[1] ?? []);

function helpOf(declaration: (typeof declarations)[number]): string {
  let text = '';
  const command = declaration.declare(new Commander()).configureOutput({
    writeOut: (more) => {
      text += more;
    },
    getOutHelpWidth: () => 1000,
  });
  command.outputHelp();
  return text;
}

interface Ran {
  readonly line: string;
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs command lines of the built command line one after the other. */
function run(lines: readonly (readonly [line: string, folder: string])[]): Ran[] {
  const url = (name: string): string => JSON.stringify(new URL(`../dist/${name}.js`, import.meta.url).href);
  const script = `
    import { createRequire } from 'node:module';
    createRequire(${url('main')})('reflect-metadata');
    const [{ invoke }, { TERMINAL }] = await Promise.all([import(${url('invoke')}), import(${url('tokens')})]);
    const ran = [];
    for (const [line, folder] of ${JSON.stringify(lines)}) {
      process.chdir(folder);
      const said = { line, out: '', err: '' };
      const terminal = { columns: 100, colour: false, live: false, out: (text) => { said.out += text; }, err: (text) => { said.err += text; } };
      ran.push({ exit: await invoke([...line.split(' '), '--quiet'], { [TERMINAL]: terminal }), ...said });
    }
    console.log(JSON.stringify(ran));`;
  // A file, for threads are begun with the options of the process.
  writeFileSync(join(place, 'examples.mjs'), script);
  const { stdout, stderr } = spawnSync(process.execPath, [join(place, 'examples.mjs')], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Ran[];
}

test('each example of the help does what it is there to show', () => {
  const helps = declarations.map(helpOf);
  const lines = helps.flatMap(examplesIn);
  for (const help of helps) expect(examplesIn(help)).not.toEqual([]);
  const apart = workspace();
  const top = examplesIn(
    spawnSync(process.execPath, [join(root, 'packages/cli/bin/shootdown.mjs'), '--help'], { encoding: 'utf8' }).stdout,
  );
  expect(top).toHaveLength(1);
  // A patch is begun outside of any workspace, before it is tried.
  const outside = mkdtempSync(join(tmpdir(), 'shootdown-patch-'));
  const begun = (line: string): boolean => line.startsWith('new patch ');
  const inTurn = [...lines.filter(begun), ...top, ...lines.filter((line) => !begun(line))];
  const folderOf = (line: string): string => {
    if (begun(line) || line.startsWith('patch ')) return outside;
    return /^(new|litmus|report) /.test(line) ? apart : root;
  };
  const ran = run(inTurn.map((line) => [line, folderOf(line)]));
  rmSync(outside, { recursive: true });
  // A patch that was only begun changes nothing, and is not said to be right.
  const ends = ({ line }: Ran): number => (line.startsWith('patch ') ? 75 : 0);
  expect(ran.filter((one) => one.exit !== ends(one) || one.out.trim() === '' || one.err !== '')).toEqual([]);
}, 120_000);
