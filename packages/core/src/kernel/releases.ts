/** Releases of Linux, and which came before which. */
import { Mistake } from '@shootdown/explorer';

/** Releases that a change or a case names, oldest first. */
export const RELEASES = [
  'v2.6.38',
  'v3.4',
  'v3.10',
  'v4.0',
  'v4.1',
  'v4.5',
  'v4.13',
  'v4.14',
  'v4.19',
  'v4.20',
  'v5.4',
  'v5.8',
  'v5.10',
  'v5.12',
  'v5.13',
  'v5.19',
  'v6.0',
  'v6.1',
  'v6.2',
  'v6.4',
  'v6.7',
  'v6.9',
  'v6.12',
] as const;
export type Release = (typeof RELEASES)[number];

/** @throws Mistake SD_BAD_CONFIG for a release that is not in the table */
export function mustBeRelease(name: string): void {
  if (!RELEASES.some((known) => known === name))
    throw new Mistake(
      'SD_BAD_CONFIG',
      `there is no release ${name} in the table.`,
      `Releases: ${RELEASES.join(', ')}.`,
    );
}

/**
 * Is a thing that came with `since` and went with `until` part of `release`?
 * @throws Mistake SD_BAD_CONFIG for a release that is not in the table
 */
export function isIn(release: string, since?: string, until?: string): boolean {
  const at = (name: string): number => {
    const i = (RELEASES as readonly string[]).indexOf(name);
    if (i < 0)
      throw new Mistake(
        'SD_BAD_CONFIG',
        `there is no release ${name} in the table.`,
        `Known: ${RELEASES.join(', ')}. Add it to the table of releases, in order.`,
      );
    return i;
  };
  return (since === undefined || at(since) <= at(release)) && (until === undefined || at(release) < at(until));
}
