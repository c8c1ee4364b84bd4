/** Worker threads that search, one system each at a time. */
import { Mistake } from '@shootdown/core/mistakes';
import { Worker } from 'node:worker_threads';
import type { Bounds, Judge, MistakeCode, PatchedCell, Reach, Verdict } from '@shootdown/core';
import type { CheckpointPlace } from './checkpoint-file.ts';
import type { Answer, JudgeRequest, PatchedBy, Request, WorkerStart } from './judge-worker.ts';

/** A pool, and how to end it. */
export interface JudgePool {
  /** @param place where the search is kept; absent: nowhere */
  readonly judge: (...args: [...Parameters<Judge>, place?: CheckpointPlace]) => Promise<Verdict>;
  /** What a workload comes by on an architecture, both by name. */
  readonly reach: (arch: string, workload: string, variant: string, bounds: Bounds) => Promise<Reach | undefined>;
  /** A workload without a patch and with it. */
  readonly patched: (
    arch: string,
    workload: string,
    variant: string,
    patch: PatchedBy,
    bounds: Bounds,
  ) => Promise<PatchedCell | undefined>;
  close(): Promise<void>;
}

/**
 * Makes a pool; its threads are begun as they are needed.
 * @param signal when it fires, every thread ends its search and answers with what it has proved
 */
export function judgePool(start: WorkerStart, signal: AbortSignal): JudgePool {
  const idle: Worker[] = [];
  const all: Worker[] = [];
  const begin = (): Worker => {
    const worker = new Worker(new URL('./judge-worker.js', import.meta.url), { workerData: start });
    all.push(worker);
    return worker;
  };
  signal.addEventListener('abort', () => {
    for (const worker of all) worker.postMessage('interrupt' satisfies Request);
  });
  /** Asks an idle thread; `take` finds the value in what answers the question. */
  const ask = <T>(
    question: JudgeRequest,
    bounds: Bounds,
    take: (answer: Answer) => { readonly value: T } | undefined,
  ): Promise<T> => {
    const worker = idle.pop() ?? begin();
    return new Promise<T>((resolve, reject) => {
      const end = (settle: () => void): void => {
        worker.removeAllListeners('message');
        worker.removeAllListeners('error');
        idle.push(worker);
        settle();
      };
      worker.on('message', (answer: Answer) => {
        const taken = take(answer);
        if (taken) end(() => resolve(taken.value));
        else if ('progress' in answer) bounds.onProgress?.(answer.progress);
        else if ('mistake' in answer)
          end(() => reject(new Mistake(answer.mistake.code as MistakeCode, answer.mistake.what, answer.mistake.hint)));
        else end(() => reject(new Error('error' in answer ? answer.error : 'a worker answered another question')));
      });
      worker.on('error', (error) => end(() => reject(error)));
      const { maxStates, maxBytes, deadlineMs, compact, thresholds } = bounds;
      worker.postMessage({
        ...question,
        maxStates,
        ...(maxBytes === undefined ? {} : { maxBytes }),
        ...(deadlineMs === undefined ? {} : { deadlineMs }),
        ...(compact ? { compact } : {}),
        ...(thresholds ? { thresholds } : {}),
      } satisfies Request);
      // Begun after the signal: nobody else tells it.
      if (signal.aborted) worker.postMessage('interrupt' satisfies Request);
    });
  };
  const judge: JudgePool['judge'] = (arch, race, variant, bounds, place) =>
    ask({ task: 'judge', workload: race.id, arch: arch.id, variant, ...(place ? { place } : {}) }, bounds, (answer) =>
      'verdict' in answer ? { value: answer.verdict } : undefined,
    );
  const reach: JudgePool['reach'] = (arch, workload, variant, bounds) =>
    ask({ task: 'reach', workload, arch, variant }, bounds, (answer) =>
      'reach' in answer ? { value: answer.reach } : undefined,
    );
  const patched: JudgePool['patched'] = (arch, workload, variant, patch, bounds) =>
    ask({ task: 'patched', workload, arch, variant, patch }, bounds, (answer) =>
      'patched' in answer ? { value: answer.patched } : undefined,
    );
  return {
    judge,
    reach,
    patched,
    close: async () => {
      await Promise.all(all.map((worker) => worker.terminate()));
    },
  };
}
