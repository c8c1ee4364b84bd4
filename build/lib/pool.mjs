/** Runs commands several at a time, and keeps what each printed together. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * @param jobs what to run with this Node: `{ name, args }`
 * @param done called as each ends: `{ name, status, printed, seconds }`. `printed` is what it said on stdout and stderr; `status` is 1 where a
 *   signal ended it.
 * @returns the names of those that ended with something else than 0, in the order of `jobs`
 */
export async function runAll(jobs, done, atOnce = availableParallelism()) {
  const failed = new Set();
  const waiting = [...jobs];
  const one = (job) =>
    new Promise((resolve) => {
      const started = performance.now();
      const child = spawn(process.execPath, job.args, { stdio: ['ignore', 'pipe', 'pipe'] });
      let printed = '';
      const take = (text) => (printed += text);
      child.stdout.setEncoding('utf8').on('data', take);
      child.stderr.setEncoding('utf8').on('data', take);
      child.on('close', (code, signal) => {
        if (signal) printed += `ended by ${signal}\n`;
        const status = code ?? 1;
        if (status !== 0) failed.add(job.name);
        done({ name: job.name, status, printed, seconds: (performance.now() - started) / 1000 });
        resolve();
      });
    });
  const next = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await one(job);
  };
  await Promise.all(Array.from({ length: atOnce }, next));
  return jobs.map(({ name }) => name).filter((name) => failed.has(name));
}
