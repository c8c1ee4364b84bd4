import module from 'node:module';
import v8 from 'node:v8';
import { notBuilt } from './built.mjs';
if (notBuilt()) throw 1;
v8.setFlagsFromString('--interrupt-budget=1000000');
await import('../dist/bundle1/main.js');
