#!/usr/bin/env node
/** Starts the built command line; committed, so that the link to it can be made before the first build. */
import module from 'node:module';
import v8 from 'node:v8';
import { notBuilt } from './built.mjs';

const [major, minor] = process.versions.node.split('.').map(Number);
const old = major < 20 || (major === 20 && minor < 19);
const why = old ? `Node >= 20.19 is needed, this is ${process.version}` : notBuilt();

if (why !== undefined) {
  console.error(`shootdown: ${why}${old ? '' : '. Run `npm run build` first.'}`);
  process.exitCode = 69;
} else {
  // Most searches are over before code that was optimized after the usual 70 thousand instructions has paid for it.
  v8.setFlagsFromString('--interrupt-budget=1000000');
  // Newer Node keeps compiled code between runs.
  module.enableCompileCache?.();
  await import('../dist/main.js');
}
