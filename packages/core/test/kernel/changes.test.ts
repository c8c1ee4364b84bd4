import { describe, expect, test } from '@jest/globals';
import { GENERIC_CHANGES, inForce, type KernelChoice } from '../../src/kernel/changes.ts';
import { lackedBy } from '../../src/kernel/lacks.ts';
import { releaseNamed, RELEASES } from '../../src/kernel/releases.ts';
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
          ({ since, until, shipped }) =>
            shipped === undefined && at(since) <= at(release) && (until === undefined || at(release) < at(until)),
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

  test('a point release has what its series has, and what was ported back to it; other series have not', () => {
    const table: readonly Change[] = [
      { name: 'old', commit: 'none', says: 'Old.', since: 'v5.4' },
      { name: 'new', commit: 'none', says: 'New.', since: 'v6.2' },
      { name: 'fix', commit: 'none', says: 'Fix.', shipped: 'later', backported: ['v6.1.192'] },
    ];
    const names = (release: string): string[] => inForce(table, { release }).map(({ name }) => name);
    expect(names('v6.1')).toEqual(['old']);
    expect(names('v6.1.192')).toEqual(['old', 'fix']);
    expect(names('v6.2')).toEqual(['old', 'new']);
    expect(names('v6.12')).toEqual(['old', 'new']);
    expect(['6.1', 'v6.1', '6.1.0', '6.1.192', '6.1.1'].map(releaseNamed)).toEqual([
      'v6.1',
      'v6.1',
      'v6.1',
      'v6.1.192',
      undefined,
    ]);
  });

  test('releases are in order, and what a real one has and ours lacks grows with them', () => {
    const key = (release: string): number => {
      const [a = 0, b = 0, c = 0] = release.slice(1).split('.').map(Number);
      return a * 1e6 + b * 1e3 + c;
    };
    expect([...RELEASES].sort((a, b) => key(a) - key(b))).toEqual([...RELEASES]);
    expect(lackedBy('v4.0')).toEqual([]);
    const says = (release: string): string[] => lackedBy(release).map(({ source }) => source.symbol);
    expect(says('v6.1.192')).toContain('write_protect_seq');
    expect(says('v6.1.192')).not.toContain('lock_vma_under_rcu');
    expect(says('v6.4')).toContain('lock_vma_under_rcu');
  });

  test('every generic change names a release of the list, needs only known and older changes, and says one sentence', () => {
    expect(new Set(known).size).toBe(known.length);
    for (const { name, since, shipped, backported, commit, says, needs } of GENERIC_CHANGES) {
      if (shipped === 'later') expect(RELEASES).toContain(backported?.[0]);
      else expect(RELEASES).toContain(since);
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
