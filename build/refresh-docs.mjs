/**
 * Follows README.md, docs/*.md and docs/threads/*.md to the letter, and writes what came out into them.
 *   --check    changes nothing, and fails when a text says something else than what came out
 *   names      only these files
 *
 * A fenced block is followed when it says so behind its language:
 *   ```sh                          runs each line; a `text` block right behind it is what it printed
 *   ```sh exit=12                  the last line has to end so
 *   ```sh ci                       is not run here: CI runs it
 *   ```ts file=F region=R          is the part of file F between `// begin R` and `// end R`; without a region all of it
 *   ```ts write=F                  is written to F before the next command
 *   ```ts insert=F after="line"    is inserted into F behind that line
 *   ```ts set=F                    each line `key: value` takes the place of the line of F with that key
 * Texts that write are followed in a copy of the workspace that is thrown away, all others in place.
 * A `text` block may stand for a part of what was printed: `text from="first line" to="last line"`.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { mustBeBuilt } from './lib/built.mjs';
import { runAll } from './lib/pool.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const FENCE = /^```(\w+)?([^\n]*)\n([\s\S]*?)^```$/gm;

/** Blocks of a text, with what is said behind their language. */
export function blocksOf(text) {
  return [...text.matchAll(FENCE)].map(({ 0: whole, 1: language = '', 2: info = '', 3: body = '', index }) => {
    const said = Object.fromEntries(
      [...info.matchAll(/(\w+)(?:=(?:"([^"]*)"|(\S+)))?/g)].map(([, key, quoted, bare]) => [
        key,
        quoted ?? bare ?? true,
      ]),
    );
    return { language, info, said, body, start: index, end: index + whole.length };
  });
}

/** Times differ from run to run, and nothing else may. */
export const timeless = (text) => text.replace(/\b\d+(?:\.\d+)? (m?s)\b/g, 'N $1').replace(/[ \t]+$/gm, '');

/** The part of a source file between two marks, without its indentation. */
export function regionOf(text, name) {
  const lines = text.split('\n');
  const [begin, end] = ['begin', 'end'].map((mark) => lines.findIndex((line) => line.trim() === `// ${mark} ${name}`));
  if (begin < 0 || end < begin) throw new Error(`there is no region ${name}`);
  const part = lines.slice(begin + 1, end);
  const indent = Math.min(...part.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return `${part.map((line) => line.slice(indent)).join('\n')}\n`;
}

function excerpt(printed, { from, to }) {
  const lines = printed.split('\n');
  const first = from === undefined ? 0 : lines.findIndex((line) => line.includes(from));
  const last = to === undefined ? lines.length : lines.findIndex((line, i) => i >= first && line.includes(to)) + 1;
  if (first < 0 || last === 0) throw new Error(`nothing printed has "${first < 0 ? from : to}":\n${printed}`);
  return lines.slice(first, last).join('\n');
}

/** A copy of the workspace that can be built and tested without an install. */
function copyOfWorkspace() {
  const copy = mkdtempSync(join(tmpdir(), 'shootdown-docs-'));
  const listed = spawnSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
    .stdout.split('\n')
    .filter(Boolean);
  const take = (path) =>
    existsSync(join(root, path)) &&
    cpSync(join(root, path), join(copy, path), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  for (const path of new Set(listed)) take(path);
  for (const parent of ['packages', 'tools', '.'])
    for (const name of readdirSync(join(root, parent)))
      if (existsSync(join(root, parent, name, 'package.json')))
        for (const built of ['dist', 'types', 'node_modules']) take(join(parent, name, built));
  for (const kept of ['test-types', 'build', 'pass']) take(join('.cache', kept));
  mkdirSync(join(copy, 'node_modules'), { recursive: true });
  // What comes from outside stays where it is.
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '.pnpm')
      symlinkSync(realpathSync(join(root, 'node_modules', name)), join(copy, 'node_modules', name), 'junction');
    else if (name !== '.bin') take(join('node_modules', name));
  }
  mkdirSync(join(copy, 'node_modules', '.bin'));
  for (const name of readdirSync(join(root, 'node_modules', '.bin')))
    if (name !== 'shootdown' && !lstatSync(join(root, 'node_modules', '.bin', name)).isDirectory())
      symlinkSync(join(root, 'node_modules', '.bin', name), join(copy, 'node_modules', '.bin', name));
  writeFileSync(
    join(copy, 'node_modules', '.bin', 'shootdown'),
    `#!/bin/sh\nexec node "${join(copy, 'packages/cli/bin/shootdown.mjs')}" "$@"\n`,
    { mode: 0o755 },
  );
  return copy;
}

const TOKEN = /\b(v\d+(?::[\w./-]+){3}):[\w.]+/g;
/** A token is that of the execution that was printed before: another one after a change of the model. */
const withTokens = (body, tokens) => body.replace(TOKEN, (token, prefix) => tokens.get(prefix) ?? token);

function run(line, place) {
  const env = { ...process.env, COLUMNS: '100', NO_COLOR: '1', npm_config_loglevel: 'silent' };
  const result = spawnSync(line, { cwd: place, env, shell: true, encoding: 'utf8', maxBuffer: 1 << 26 });
  // jest speaks on stderr
  return {
    status: result.status,
    printed: result.stdout.replace(/^> .*\n/gm, '').replace(/^\n+/, ''),
    all: result.stdout + result.stderr,
  };
}

/** Follows one text. @returns the text as it ought to be */
export function follow(file) {
  const text = readFileSync(file, 'utf8');
  const blocks = blocksOf(text);
  const writes = blocks.some(({ said }) => said.write || said.insert || said.set);
  const place = writes ? copyOfWorkspace() : root;
  const say = (what) => console.error(`docs: ${relative(root, file)}: ${what}`);
  const tokens = new Map();
  let printed;
  let out = '';
  let at = 0;
  try {
    for (const block of blocks) {
      const { language, info, said, body } = block;
      let now = language === 'sh' ? withTokens(body, tokens) : body;
      if (language === 'sh' && !said.ci) {
        for (const line of now.split('\n').filter(Boolean)) {
          const started = Date.now();
          const last = now.trimEnd().endsWith(line);
          const result = run(line, place);
          const wanted = last ? Number(said.exit ?? 0) : 0;
          if (result.status !== wanted)
            throw new Error(
              `${relative(root, file)}: ${line} ended with ${result.status} instead of ${wanted}\n${result.all.slice(-4000)}`,
            );
          printed = result.printed;
          for (const [token, prefix] of printed.matchAll(TOKEN)) tokens.set(prefix, token);
          say(`${line} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
        }
      } else if (language === 'text' && printed !== undefined) {
        now = `${excerpt(printed, said)
          .replace(/[ \t]+$/gm, '')
          .trimEnd()}\n`;
        if (timeless(now) === timeless(body)) now = body;
      } else if (said.file) {
        const source = readFileSync(join(root, said.file), 'utf8');
        now = said.region ? regionOf(source, said.region) : source;
      }
      if (said.write) {
        mkdirSync(dirname(join(place, said.write)), { recursive: true });
        writeFileSync(join(place, said.write), now);
      }
      if (said.insert) {
        const lines = readFileSync(join(place, said.insert), 'utf8').split('\n');
        const behind = lines.findIndex((line) => line.trim() === said.after);
        if (behind < 0) throw new Error(`${said.insert} has no line "${said.after}"`);
        writeFileSync(join(place, said.insert), lines.toSpliced(behind + 1, 0, now.trimEnd()).join('\n'));
      }
      if (said.set) {
        const lines = readFileSync(join(place, said.set), 'utf8').split('\n');
        for (const line of now.split('\n').filter(Boolean)) {
          const key = line.trim().split(':')[0];
          const there = lines.findIndex((old) => old.trim().startsWith(`${key}:`));
          if (there < 0) throw new Error(`${said.set} has no line with ${key}`);
          lines[there] = line;
        }
        writeFileSync(join(place, said.set), lines.join('\n'));
      }
      if (language !== 'sh' && language !== 'text' && said.write === undefined) printed = undefined;
      out += `${text.slice(at, block.start)}\`\`\`${language}${info}\n${now}\`\`\``;
      at = block.end;
    }
  } finally {
    if (writes) rmSync(place, { recursive: true, force: true });
  }
  return { before: text, after: out + text.slice(at) };
}

/** One text. @returns whether it says something else than what came out, and is left so */
function refresh(name, check) {
  const { before, after } = follow(join(root, name));
  if (before === after) return false;
  if (!check) {
    writeFileSync(join(root, name), after);
    console.error(`docs: ${name} written anew`);
    return false;
  }
  const [old, fresh] = [before.split('\n'), after.split('\n')];
  const line = old.findIndex((text, i) => text !== fresh[i]);
  console.error(
    `docs: ${name} is stale from line ${line + 1} on. It says\n  ${old[line]}\nand it is\n  ${fresh[line]}\nRun: node build/refresh-docs.mjs ${name}`,
  );
  return true;
}

/** Texts need nothing of each other: several are followed at a time, each in a process of its own. */
async function main(args) {
  mustBeBuilt();
  const check = args.includes('--check');
  const named = args.filter((arg) => !arg.startsWith('-'));
  if (named.length === 1) {
    process.exitCode = refresh(named[0], check) ? 1 : 0;
    return;
  }
  const all = [
    'README.md',
    ...['docs', 'docs/threads'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder}/${name}`),
    ),
  ];
  const failed = await runAll(
    (named.length > 0 ? named : all).map((name) => ({
      name,
      args: [fileURLToPath(import.meta.url), name, ...(check ? ['--check'] : [])],
    })),
    ({ printed }) => process.stderr.write(printed),
  );
  if (failed.length > 0) console.error(`docs: not as they say: ${failed.join(', ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}

if (
  import.meta.url === pathToFileURL(process.argv[1] ?? '').href &&
  basename(process.argv[1] ?? '') === 'refresh-docs.mjs'
)
  await main(process.argv.slice(2));
