/**
 * Runs the architectures and keeps what was found for the pages: `node dist/measure.js`. What did not change since the last
 * time is not run again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { ArchSpec } from '@shootdown/core';
import { collect } from './collect.ts';
import type { ArchFacts } from './facts.ts';
import { archEntries, cache, filesUnder, fingerprint, fromRoot, packageOf } from './workspace.ts';

const own = packageOf(fileURLToPath(import.meta.url));
const folder = join(cache, 'facts');

interface Job {
  readonly entry: string;
  readonly id: string;
}
interface Kept {
  readonly fingerprint: string;
  readonly facts: ArchFacts;
}

/** The architectures of a package, by its entry file. */
export const archsOf = async (entry: string): Promise<ArchSpec[]> => {
  // eslint-disable-next-line no-restricted-syntax -- the config names architectures by name or path
  const value = ((await import(pathToFileURL(entry).href)) as { default: ArchSpec | readonly ArchSpec[] }).default;
  return [value].flat();
};
const fileOf = (id: string): string => join(folder, `${id}.json`);

/** What is known about each architecture that the config names, in its order. */
export async function facts(): Promise<ArchFacts[]> {
  const all: ArchFacts[] = [];
  for (const entry of await archEntries())
    for (const arch of await archsOf(entry))
      all.push((JSON.parse(readFileSync(fileOf(arch.id), 'utf8')) as Kept).facts);
  return all;
}

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const jobs: Job[] = [];
  const wanted = new Set<string>();
  for (const entry of await archEntries()) {
    const print = fingerprint([packageOf(entry), own]);
    for (const arch of await archsOf(entry)) {
      wanted.add(fileOf(arch.id));
      const kept = existsSync(fileOf(arch.id))
        ? (JSON.parse(readFileSync(fileOf(arch.id), 'utf8')) as Kept)
        : undefined;
      if (kept?.fingerprint !== print) jobs.push({ entry, id: arch.id });
    }
  }
  for (const file of filesUnder(folder)) if (!wanted.has(file)) rmSync(file);
  const started = performance.now();
  const waiting = [...jobs];
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, () => work(waiting)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.error(`docs: ${jobs.length} of ${wanted.size} architectures measured in ${seconds} s`);
}

async function work(waiting: Job[]): Promise<void> {
  for (let job = waiting.shift(); job; job = waiting.shift()) {
    const started = performance.now();
    const { id } = job;
    await new Promise<void>((resolve, reject) => {
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: job });
      worker.once('error', reject);
      worker.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`measuring ${id} ended with ${code}`))));
    });
    console.error(`docs: ${id} measured in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
}

async function measureOne({ entry, id }: Job): Promise<void> {
  const arch = (await archsOf(entry)).find((a) => a.id === id);
  if (!arch) throw new Error(`${entry} has no ${id} any more`);
  const kept: Kept = {
    fingerprint: fingerprint([packageOf(entry), own]),
    facts: await collect(arch, fromRoot(packageOf(entry))),
  };
  writeFileSync(fileOf(id), JSON.stringify(kept));
}

if (!isMainThread && parentPort) await measureOne(workerData as Job);
else if (basename(process.argv[1] ?? '') === 'measure.js' && dirname(process.argv[1] ?? '').endsWith('dist'))
  await main();
