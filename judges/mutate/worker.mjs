// Makes mistakes, one after the other, as they come on standard input (a line of JSON each: { edit, files, first, just }), and runs the test files until one fails, or just one test.
// Prints a line of JSON for each: { killer } or {}; what a mistake prints is dropped.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { begin, tests } from './mini-jest.mjs';

const print = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
process.stderr.write = () => true;

for await (const line of createInterface({ input: process.stdin })) {
  const { edit, files, first, just } = JSON.parse(line);
  print(`${JSON.stringify(await killerOf(edit, files, first, just))}\n`);
}

/** The first test that fails. `first` are tests that may well fail: they are tried before the others of their file, and their files before others. */
async function killerOf(edit, files, first, just) {
  const query = `?edit=${encodeURIComponent(JSON.stringify(edit))}`;
  for (const file of new Set([...first.map((one) => one.file), ...files])) {
    begin();
    try {
      await import(pathToFileURL(file).href + query);
    } catch (error) {
      return { killer: { file, test: 'it does not load' }, why: String(error).slice(0, 200) };
    }
    const all = [...tests()];
    const likely = first.flatMap((one) => all.filter(({ name }) => one.file === file && one.test === name));
    for (const { name, run } of just === undefined
      ? new Set([...likely, ...all])
      : all.filter((one) => one.name === just)) {
      try {
        await run();
      } catch (error) {
        return { killer: { file, test: name }, why: String(error?.message ?? error).slice(0, 300) };
      }
    }
  }
  return {};
}
