/**
 * Installs the workspace with the pinned pnpm; needs only Node and npm. Does nothing when already installed.
 * Called by `npm test` and `npm start`, and not a `prepare` hook: an install would call itself.
 *   --force    installs again
 *   --relock   writes pnpm-lock.yaml anew from the package.json files, then installs
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = join(root, 'pnpm-lock.yaml');
// a copy of the lockfile that was installed last
const stamp = join(root, 'node_modules', '.shootdown-lock.yaml');

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`shootdown: Node >= 20.19 is needed, this is ${process.version}`);
  process.exit(69);
}

const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === readFileSync(lock, 'utf8');
const relock = process.argv.includes('--relock');
if (!installed || relock || process.argv.includes('--force')) install();

function install() {
  const pnpm = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager.replace(/\+.*/, '');
  const args = [
    'exec',
    '--yes',
    `--package=${pnpm}`,
    '--',
    'pnpm',
    'install',
    relock ? '--no-frozen-lockfile' : '--frozen-lockfile',
  ];
  const started = Date.now();
  const result = runNpm(args);
  if (result.status !== 0) {
    console.error(
      `shootdown: set-up failed (${pnpm}: ${result.error?.message ?? `exit ${result.status ?? result.signal}`})`,
    );
    process.exit(result.status || 69);
  }
  copyFileSync(lock, stamp);
  console.error(`shootdown: installed with ${pnpm} in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

function runNpm(args) {
  // pnpm must not read what an outer `npm run` exported for itself; how to reach a registry it still has to know.
  const outer = /^npm_(config_(?!registry|cache|cafile|.*proxy)|package_|lifecycle_|command)/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !outer.test(name)));
  const options = { stdio: ['ignore', 'inherit', 'inherit'], cwd: root, env };
  // Set by `npm run`. Running npm's own file with node avoids npm.cmd and its quoting on Windows.
  const npm = process.env.npm_execpath;
  return npm?.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
}
