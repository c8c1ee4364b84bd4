#!/usr/bin/env node
/** Starts the built command line; committed, so that the link to it can be made before the first build. */
import { existsSync, statSync } from 'node:fs';
import module from 'node:module';

const main = new URL('../dist/main.js', import.meta.url);
// In a workspace: compiled, but not put together since. A package that was installed has neither file.
const [compiled, bundled] = ['.tsbuildinfo', 'bundle/stamp.json'].map((name) => statSync(new URL(`../../core/dist/${name}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs);
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`shootdown: Node >= 20.19 is needed, this is ${process.version}`);
  process.exitCode = 69;
} else if (!existsSync(main)) {
  console.error('shootdown: not built yet. Run `npm run build` first.');
  process.exitCode = 69;
} else if (compiled > (bundled ?? 0)) {
  console.error('shootdown: compiled, but not bundled since. Run `npm run build` first.');
  process.exitCode = 69;
} else {
  // Newer Node keeps compiled code between runs.
  module.enableCompileCache?.();
  await import(main.href);
}
