/** Which release came before which. */
import { Mistake } from '@shootdown/explorer';

/** Kernel releases in order. */
export type Releases = readonly string[];

/** Is a thing that came with `since` and went with `until` part of `release`? */
export function isIn(releases: Releases, release: string, since?: string, until?: string): boolean {
  const at = (name: string): number => {
    const i = releases.indexOf(name);
    if (i < 0)
      throw new Mistake(
        'SD_BAD_CONFIG',
        `there is no release ${name} in the table.`,
        `Known: ${releases.join(', ')}. Add it to the table of releases, in order.`,
      );
    return i;
  };
  return (since === undefined || at(since) <= at(release)) && (until === undefined || at(release) < at(until));
}
