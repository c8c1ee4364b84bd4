/** `npm start`: one story on three architectures, then all races on all of them. Exits as the table does. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const shootdown = fileURLToPath(new URL('../packages/cli/bin/shootdown.mjs', import.meta.url));
const STORY = 'collapse-vs-gup-fast';

console.log(`khugepaged replaces a page table by a huge page while fast GUP walks it without any lock (${STORY}, before the fix).
On x86-64 and on powerpc with a hash table the flush waits for an interrupt that the walker holds off; on arm64 it does not.
`);
const story = run('run', STORY, '--variant', 'before', '--arch', 'arm64,ppc64-hash', '--against', 'x86-64', '--quiet');
// Something breaks in the story: that is what it is about.
if (story !== 12) process.exit(story);
console.log(`
Now every known story whose search is short, before its fix and after it. That takes a minute or two:
`);
const table = run('compare', ...process.argv.slice(2));
// What stays on the screen: how to go on.
console.log(`
The story above as a picture:  npx shootdown run ${STORY} --arch arm64 --against x86-64 --html story.html
All of them on one page:       npx shootdown report --open`);
process.exit(table);

function run(...args) {
  const { status, error } = spawnSync(process.execPath, [shootdown, ...args], { stdio: 'inherit' });
  if (error) throw error;
  return status ?? 70;
}
