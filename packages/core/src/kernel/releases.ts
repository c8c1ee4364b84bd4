/** Releases of Linux, and which came before which. */
import { Mistake } from '@shootdown/explorer';

/** Releases that a change or a case names, oldest first. `v6.1` is 6.1.0; a point release is one of its own, behind the release it is of. */
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
  'v5.9',
  'v5.10',
  'v5.12',
  'v5.13',
  'v5.17',
  'v5.19',
  'v6.0',
  'v6.1',
  'v6.1.192',
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

/** The release that a point release is of: `v6.1` of `v6.1.192`. */
export const seriesOf = (release: string): string => release.split('.').slice(0, 2).join('.');

/** From when to when a thing is in kernels. */
export interface Span {
  /** Absent: from the beginning. */
  readonly since?: string;
  readonly until?: string;
  /** Point releases of older series that have it too, each from that one on. */
  readonly backported?: readonly string[];
  /** `later`: no release of the table has it but those that it was ported back to. */
  readonly shipped?: 'never' | 'later';
}

/**
 * Is a thing part of `release`?
 * @throws Mistake SD_BAD_CONFIG for a release that is not in the table
 */
export function isIn(release: string, { since, until, backported = [], shipped }: Span): boolean {
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
  const now = at(release);
  if (until !== undefined && at(until) <= now) return false;
  if (shipped === undefined && (since === undefined || at(since) <= now)) return true;
  return backported.some((point) => seriesOf(point) === seriesOf(release) && at(point) <= now);
}

/**
 * The release that somebody means: `6.1`, `v6.1` and `v6.1.0` are one.
 * @returns undefined where the table has none of that name
 */
export function releaseNamed(name: string): Release | undefined {
  const plain = `v${name.replace(/^v/, '')}`.replace(/^(v\d+\.\d+)\.0$/, '$1');
  return RELEASES.find((known) => known === plain);
}
