// Makes mistakes, one after the other, as they come on standard input (a line of JSON each: { edit, tests, first }), and runs the test files until one fails.
// Prints a line of JSON for each: { killer } or {}; what a mistake prints is dropped.
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { begin, tests } from './mini-jest.mjs';

const print = process.stdout.write.bind(process.stdout);
process.stdout.write = () => true;
process.stderr.write = () => true;

for await (const line of createInterface({ input: process.stdin })) {
  const { edit, files, first } = JSON.parse(line);
  print(`${JSON.stringify(await killerOf(edit, files, first))}\n`);
}

/** The first test that fails. A test that is known to fail is tried first. */
async function killerOf(edit, files, first) {
  const query = `?edit=${encodeURIComponent(JSON.stringify(edit))}`;
  for (const file of first ? [first.file, ...files.filter((one) => one !== first.file)] : files) {
    begin();
    try {
      await import(pathToFileURL(file).href + query);
    } catch (error) {
      return { killer: { file, test: 'it does not load' }, why: String(error).slice(0, 200) };
    }
    const all = [...tests()];
    const known = first?.file === file ? all.filter(({ name }) => name === first.test) : [];
    for (const { name, run } of [...known, ...all]) {
      try {
        await run();
      } catch (error) {
        return { killer: { file, test: name }, why: String(error?.message ?? error).slice(0, 300) };
      }
    }
  }
  return {};
}
