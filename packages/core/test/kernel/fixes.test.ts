import { describe, expect, test } from '@jest/globals';
import { FIXES, kernel, RELEASES } from '../../src/kernel/fixes.ts';

describe('releases are sets of fixes', () => {
  test('a release has the fixes that came with it or before it', () => {
    for (const release of ['v2.6.38', 'v4.13', 'v6.0', 'v6.1', 'v6.12'])
      expect([...kernel(release).fixes]).toEqual(
        FIXES.filter((fix) => RELEASES.indexOf(fix.since) <= RELEASES.indexOf(kernel(release).release)).map(
          (fix) => fix.name,
        ),
      );
    expect([...kernel('v2.6.38').fixes]).not.toContain('walkers_read_pmd_once');
    expect([...kernel('v3.4').fixes]).toContain('walkers_read_pmd_once');
  });

  test('every fix names a release of the list, needs only known and older fixes, and says one sentence', () => {
    const names = FIXES.map((fix) => fix.name);
    expect(new Set(names).size).toBe(names.length);
    for (const fix of FIXES) {
      expect(RELEASES).toContain(fix.since);
      expect(fix.commit).toMatch(/^[0-9a-f]{12}(, [0-9a-f]{12})*$/);
      expect(fix.says).toMatch(/^[A-Z].*\.$/);
      for (const needed of fix.needs ?? []) expect(names.slice(0, names.indexOf(fix.name))).toContain(needed);
    }
  });

  test('with and without make another kernel', () => {
    const before = kernel('v5.8');
    const after = before.with('gup_fast_rechecks_pmd');
    expect(after.fixes.has('gup_fast_rechecks_pmd')).toBe(true);
    expect(before.fixes.has('gup_fast_rechecks_pmd')).toBe(false);
    expect(after.without('gup_fast_rechecks_pmd').fixes).toEqual(before.fixes);
    expect(after.release).toBe('v5.8');
    expect(Object.isFrozen(after)).toBe(true);
  });

  test('a fix that others build on cannot be taken out alone', () => {
    expect(() => kernel('v6.1').without('walkers_read_pmd_once')).toThrow(
      /SD_INCOHERENT_FIXES.*fault_rejects_unstable_pmd/,
    );
    expect(() => kernel('v2.6.38').with('fault_rejects_unstable_pmd')).toThrow(/SD_INCOHERENT_FIXES/);
    expect(kernel('v6.1').without('walkers_read_pmd_once', 'fault_rejects_unstable_pmd').fixes.size).toBe(
      kernel('v6.1').fixes.size - 2,
    );
  });

  test('a slip of the fingers is recognised', () => {
    expect(() => kernel('v6.1').without('gup_fast_recheck_pmd')).toThrow(
      /SD_UNKNOWN_FIX[\s\S]*Did you mean gup_fast_rechecks_pmd\?/,
    );
    expect(() => kernel('v6.1').with('zzz')).toThrow(/Fixes: .*walkers_read_pmd_once/);
    expect(() => kernel('v6.3')).toThrow(/SD_BAD_CONFIG/);
  });
});
