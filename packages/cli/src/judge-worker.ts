/** A worker thread that searches: it loads the same config, and is told workloads and architectures by name. */
import { Mistake } from '@shootdown/core/mistakes';
import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import type { HowFar, PatchedCell, Reach, Verdict } from '@shootdown/core';
import { Catalog } from './catalog.ts';
import type { CheckpointPlace } from './checkpoint-file.ts';
import { mustBeOf, type Parts } from './code.ts';
import { checkpointed } from './checkpointed.ts';
import { nodeModules } from './modules.ts';
import type { Settings } from './tokens.ts';
import { isLabelOf } from './patch/files.ts';
import { namedOf } from './workloads.ts';
import { patchedNamed } from './patch/named.ts';

// As in main.ts.
Error.stackTraceLimit = 50;

/** What a worker is begun with. */
export interface WorkerStart {
  readonly settings: Settings;
  readonly cwd: string;
  /** What the code is made of that is to judge, and the beginning of the paths of files that are ours. Absent: verdicts are not kept. */
  readonly code?: Parts;
  readonly leftOut?: string;
}
/** What it is asked: a verdict on one kernel of a workload, or what code it comes by. */
export interface JudgeRequest {
  /** `patched`: with the patch of this file, and without it. */
  readonly task: 'judge' | 'reach' | 'patched';
  /** To be judged: the id of a race; else the name of a scenario. */
  readonly workload: string;
  readonly arch: string;
  readonly variant: string;
  /** Where its search is kept. Absent: nowhere. */
  readonly place?: CheckpointPlace;
  readonly patch?: PatchedBy;
}
/** What patch is meant. */
export interface PatchedBy {
  /** As the plugins name it. */
  readonly entry: string;
  readonly files: readonly string[];
  /** Search also where the executions that are tried first do not come by it. */
  readonly always: boolean;
}
/** A question with its bounds; or to end what it does. */
export type Request =
  | (JudgeRequest & {
      readonly maxStates: number;
      readonly maxBytes?: number;
      readonly deadlineMs?: number;
      readonly compact?: { readonly seed: number };
      readonly thresholds?: 'exploring' | 'machine';
    })
  | 'interrupt';
/** What it answers. A mistake travels as its parts, for an error loses its class between threads. */
export type Answer =
  | { readonly progress: HowFar }
  | { readonly verdict: Verdict }
  | { readonly reach: Reach | undefined }
  | { readonly patched: PatchedCell | undefined }
  | { readonly mistake: { readonly code: string; readonly what: string; readonly hint: string } }
  | { readonly error: string };

const { settings, cwd, code, leftOut } = workerData as WorkerStart;
const modules = nodeModules(cwd);
if (leftOut !== undefined) await modules.record(leftOut);
const core = await import('@shootdown/core');
const catalog = new Catalog(() => Promise.resolve(core), modules, settings, {
  err: (text) => void process.stderr.write(text),
});
const interrupt = new AbortController();
const say = (answer: Answer): void => parentPort?.postMessage(answer);

async function search({
  task,
  workload,
  arch: id,
  variant,
  place,
  patch,
  ...limits
}: Exclude<Request, 'interrupt'>): Promise<void> {
  try {
    const arch = (await catalog.archs([id])).find((a) => a.id === id);
    const workloads = await catalog.workloads();
    const race =
      task === 'judge' ? [...workloads.races, ...workloads.variations].find((r) => r.id === workload) : undefined;
    const named = race
      ? { scenario: race.scenario, variants: { before: race.before, after: race.after } }
      : (patch ? patchedNamed(workloads) : namedOf(workloads)).find(({ scenario }) => scenario.name === workload);
    const configuration = Object.entries(named?.variants ?? {}).find(([name]) => name === variant)?.[1];
    if (!arch || !named || !configuration) throw new Error(`a worker does not find ${workload} ${variant} or ${id}`);
    const bounds = { ...limits, signal: interrupt.signal, onProgress: (progress: HowFar) => say({ progress }) };
    if (task === 'reach') say({ reach: await core.reach(arch, named.scenario, configuration, bounds) });
    else if (patch) {
      const loaded = (await catalog.patches()).find(({ where }) => where === patch.entry);
      if (!loaded) throw new Error(`a worker does not find the patch ${patch.entry}`);
      const question = { arch, scenario: named.scenario, configuration, variant, patch: loaded.patch };
      say({
        patched: await core.judgePatched(
          { ...question, isPatch: isLabelOf(patch.files), always: patch.always },
          bounds,
        ),
      });
    } else {
      const verdict = await checkpointed(place, (checkpoint) =>
        core.judgeScenario(arch, named.scenario, configuration, variant, { ...bounds, ...checkpoint }),
      );
      if (code) mustBeOf(code, modules.code().parts);
      say({ verdict });
    }
  } catch (error) {
    if (error instanceof Mistake) say({ mistake: { code: error.code, what: error.what, hint: error.hint } });
    else say({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

parentPort?.on('message', (request: Request) => {
  if (request === 'interrupt') interrupt.abort();
  else void search(request);
});
