import { describe, expect, test } from '@jest/globals';
import { GENERIC_CHANGES, inForce, type KernelChoice } from '../../src/kernel/changes.ts';
import { RELEASES } from '../../src/kernel/releases.ts';
import type { Change } from '../../src/words/change.ts';

const known = GENERIC_CHANGES.map(({ name }) => name);
const has = (release: string, more: Omit<KernelChoice, 'release'> = {}): string[] =>
  inForce(GENERIC_CHANGES, { release, ...more }).map(({ name }) => name);

describe('releases are sets of changes', () => {
  test('a release has the changes that came with it or before it', () => {
    const at = (release: string | undefined): number => RELEASES.findIndex((one) => one === release);
    for (const release of ['v2.6.38', 'v4.13', 'v6.0', 'v6.1', 'v6.12'])
      expect(has(release)).toEqual(
        GENERIC_CHANGES.filter(
          ({ since, until }) => at(since) <= at(release) && (until === undefined || at(release) < at(until)),
        ).map(({ name }) => name),
      );
    expect(has('v2.6.38')).not.toContain('walkers_read_pmd_once');
    expect(has('v3.4')).toContain('walkers_read_pmd_once');
  });

  test('a change that went is gone from that release on, and one that never shipped is in none', () => {
    const old: Change = { name: 'old', commit: 'none', says: 'Old.', since: 'v4.0', until: 'v5.8' };
    const table: readonly Change[] = [old, { name: 'idea', commit: 'none', says: 'Idea.', shipped: 'never' }];
    const names = (choice: KernelChoice): string[] => inForce(table, choice).map(({ name }) => name);
    expect(['v3.10', 'v4.0', 'v5.4', 'v5.8'].map((release) => names({ release }).length)).toEqual([0, 1, 1, 0]);
    expect(names({ release: 'v5.8', with: ['old', 'idea'] })).toEqual(['old', 'idea']);
  });

  test('every generic change names a release of the list, needs only known and older changes, and says one sentence', () => {
    expect(new Set(known).size).toBe(known.length);
    for (const { name, since, commit, says, needs } of GENERIC_CHANGES) {
      expect(RELEASES).toContain(since);
      expect(commit).toMatch(/^[0-9a-f]{12}(, [0-9a-f]{12})*$/);
      expect(says).toMatch(/^[A-Z].*\.$/);
      for (const needed of needs ?? []) expect(known.slice(0, known.indexOf(name))).toContain(needed);
    }
  });

  test('with and without make another kernel', () => {
    const [recheck] = ['gup_fast_rechecks_pmd'];
    expect(has('v5.8')).not.toContain(recheck);
    expect(has('v5.8', { with: [recheck] })).toContain(recheck);
    expect(has('v6.1', { without: [recheck] })).not.toContain(recheck);
  });

  test('a change that others build on cannot be taken out alone', () => {
    expect(() => has('v6.1', { without: ['walkers_read_pmd_once'] })).toThrow(
      /SD_INCOHERENT_CHANGES.*fault_rejects_unstable_pmd/,
    );
    expect(() => has('v2.6.38', { with: ['fault_rejects_unstable_pmd'] })).toThrow(/SD_INCOHERENT_CHANGES/);
    expect(has('v6.1', { without: ['walkers_read_pmd_once', 'fault_rejects_unstable_pmd'] })).toHaveLength(
      has('v6.1').length - 2,
    );
  });

  test('a slip of the fingers is recognised, and a name that another architecture may know is let through', () => {
    for (const how of ['with', 'without'] as const)
      expect(() => has('v6.1', { [how]: ['gup_fast_recheck_pmd'] })).toThrow(
        /SD_UNKNOWN_CHANGE[\s\S]*Did you mean gup_fast_rechecks_pmd\?/,
      );
    expect(has('v6.1', { with: ['zzz'] })).toEqual(has('v6.1'));
    expect(() => has('v6.3')).toThrow(/SD_BAD_CONFIG/);
  });
});
