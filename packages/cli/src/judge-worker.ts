/** A worker thread that judges cells of a comparison: it loads the same config, and is told races and architectures by name. */
import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import type { HowFar, Verdict } from '@shootdown/core';
import { Catalog } from './catalog.ts';
import { nodeModules } from './modules.ts';
import type { Settings } from './tokens.ts';

/** What a worker is begun with. */
export interface WorkerStart {
  readonly settings: Settings;
  readonly cwd: string;
}
/** What it is asked: a half of a cell, or to end what it does. */
export type Request = { readonly race: string; readonly arch: string; readonly variant: 'before' | 'after'; readonly maxStates: number; readonly maxBytes?: number; readonly deadlineMs?: number; readonly compact?: { readonly seed: number } } | 'interrupt';
/** What it answers. A mistake travels as its parts, for an error loses its class between threads. */
export type Answer =
  | { readonly progress: HowFar }
  | { readonly verdict: Verdict }
  | { readonly mistake: { readonly code: string; readonly what: string; readonly hint: string } }
  | { readonly error: string };

const { settings, cwd } = workerData as WorkerStart;
const core = await import('@shootdown/core');
const catalog = new Catalog(() => Promise.resolve(core), nodeModules(cwd), settings);
const interrupt = new AbortController();
const say = (answer: Answer): void => parentPort?.postMessage(answer);

async function judge(request: Exclude<Request, 'interrupt'>): Promise<void> {
  try {
    const arch = (await catalog.archs()).find((a) => a.id === request.arch);
    const { races, variations } = await catalog.workloads();
    const race = [...races, ...variations].find((r) => r.id === request.race);
    if (!arch || !race) throw new Error(`a worker does not find ${request.race} or ${request.arch}`);
    const { maxStates, maxBytes, deadlineMs, compact, variant } = request;
    const bounds = { maxStates, signal: interrupt.signal, ...(maxBytes === undefined ? {} : { maxBytes }), ...(deadlineMs === undefined ? {} : { deadlineMs }), ...(compact ? { compact } : {}), onProgress: (progress: HowFar) => say({ progress }) };
    say({ verdict: await core.judgeScenario(arch, race.scenario, race[variant], variant, bounds) });
  } catch (error) {
    if (error instanceof core.Mistake) say({ mistake: { code: error.code, what: error.what, hint: error.hint } });
    else say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

parentPort?.on('message', (request: Request) => {
  if (request === 'interrupt') interrupt.abort();
  else void judge(request);
});
