/**
 * Instruments the built code of all packages in place, after `tsc -b`: the explorer then tells local states by their frames, and
 * measurements run without generators. Code that was left out works all the same, with more states, and slower. Does nothing to files that were done before. Then bundles them.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle, isBundled } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { instrument, isInstrumented, MARK } = await import(
  join(root, 'packages/explorer/dist/instrument/instrument.js')
);

const files = () =>
  readdirSync(join(root, 'packages')).flatMap((name) => {
    const dist = join(root, 'packages', name, 'dist');
    try {
      return readdirSync(dist, { recursive: true })
        .filter((file) => file.endsWith('.js') && !isBundled(file))
        .map((file) => join(dist, file));
    } catch {
      return [];
    }
  });

// Files of another version of the pass: only tsc can make them anew.
if (files().some((file) => stale(readFileSync(file, 'utf8'))))
  spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-b', '--force'], {
    stdio: 'inherit',
    cwd: root,
  });
for (const file of files()) {
  const text = instrument(
    readFileSync(file, 'utf8'),
    relative(join(root, 'packages'), file)
      .replace(/[/\\]dist[/\\]/, '/')
      .replace(/\.js$/, ''),
  );
  if (text === undefined) continue;
  writeFileSync(`${file}.tmp`, text);
  renameSync(`${file}.tmp`, file);
}
await bundle();

function stale(code) {
  return isInstrumented(code) && !code.includes(MARK);
}
