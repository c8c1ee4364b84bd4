/** Keeps a search in a file while it runs, and goes on with what is there. */
import { existsSync, statSync } from 'node:fs';
import type { Checkpoint, Verdict } from '@shootdown/core';
import type { CheckpointPlace } from './checkpoint-file.ts';

/**
 * Runs a search with its checkpoint; without one where there is no place for it.
 * @throws Mistake SD_BAD_CHECKPOINT, SD_CHECKPOINT_NOT_WRITTEN
 */
export async function checkpointed<T>(
  place: CheckpointPlace | undefined,
  search: (options: { readonly checkpoint?: Checkpoint }) => Promise<T>,
): Promise<T> {
  if (place === undefined) return search({});
  const { CheckpointFile } = await import('./checkpoint-file.ts');
  const file = new CheckpointFile(place);
  try {
    return await search({ checkpoint: file.checkpoint });
  } finally {
    file.close();
  }
}

/** What somebody should know about a search that was cut short; nothing about any other. */
export function howToGoOn(
  { workload, variant, arch, evidence }: Verdict,
  place: CheckpointPlace | undefined,
): string | undefined {
  if (!evidence.cut) return undefined;
  const name = `${workload} ${variant} on ${arch}`;
  if (place === undefined) return `${name}: with --resume FILE the next run would go on from here.`;
  if (!existsSync(place.path)) return undefined;
  const size = (statSync(place.path).size / 1e6).toFixed(1);
  return `${name}: its search is kept in ${place.path} (${size} MB). The same command goes on from there${evidence.cut.by === 'interrupt' ? '' : ', with a wider bound'}.`;
}

/** What is gone on with, when something is. */
export const goesOn = (place: CheckpointPlace | undefined): string | undefined =>
  place && existsSync(place.path) ? `going on from ${place.path}` : undefined;
