/** Worker threads that judge cells of a comparison, one cell each at a time. */
import { Worker } from 'node:worker_threads';
import type { Judge, MistakeCode, Verdict } from '@shootdown/core';
import type { Answer, Request, WorkerStart } from './judge-worker.ts';
import type { Core } from './tokens.ts';

/** A pool, and how to end it. */
export interface JudgePool {
  readonly judge: Judge;
  close(): Promise<void>;
}

/**
 * Makes a pool; its threads are begun as they are needed.
 * @param signal when it fires, every thread ends its search and answers with what it has proved
 */
export function judgePool(core: Core, start: WorkerStart, signal: AbortSignal): JudgePool {
  const idle: Worker[] = [];
  const all: Worker[] = [];
  const begin = (): Worker => {
    const worker = new Worker(new URL('./judge-worker.js', import.meta.url), { workerData: start });
    all.push(worker);
    return worker;
  };
  signal.addEventListener('abort', () => { for (const worker of all) worker.postMessage('interrupt' satisfies Request); });
  const judge: Judge = (arch, race, variant, bounds) => {
    const worker = idle.pop() ?? begin();
    return new Promise<Verdict>((resolve, reject) => {
      const end = (settle: () => void): void => {
        worker.removeAllListeners('message');
        worker.removeAllListeners('error');
        idle.push(worker);
        settle();
      };
      worker.on('message', (answer: Answer) => {
        if ('progress' in answer) bounds.onProgress?.(answer.progress);
        else if ('verdict' in answer) end(() => resolve(answer.verdict));
        else if ('mistake' in answer) end(() => reject(new core.Mistake(answer.mistake.code as MistakeCode, answer.mistake.what, answer.mistake.hint)));
        else end(() => reject(new Error(answer.error)));
      });
      worker.on('error', (error) => end(() => reject(error)));
      const { maxStates, maxBytes, deadlineMs, compact } = bounds;
      worker.postMessage({ race: race.id, arch: arch.id, variant, maxStates, ...(maxBytes === undefined ? {} : { maxBytes }), ...(deadlineMs === undefined ? {} : { deadlineMs }), ...(compact ? { compact } : {}) } satisfies Request);
      // Begun after the signal: nobody else tells it.
      if (signal.aborted) worker.postMessage('interrupt' satisfies Request);
    });
  };
  return { judge, close: async () => { await Promise.all(all.map((worker) => worker.terminate())); } };
}
