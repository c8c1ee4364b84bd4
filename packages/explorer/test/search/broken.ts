/** Runs the engine with broken rules, in a process of its own: jest has its own loader. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * What is noticed with each of these rules broken.
 * @param rules as `try-mutants.mjs` takes them
 * @param assertions are the engine's own assertions on?
 */
export function sayBroken(rules: readonly string[], assertions: 'on' | 'off'): Readonly<Record<string, string | null>> {
  const flags = ['--disable-warning=ExperimentalWarning', '--import', './build/typescript.mjs'];
  const printed = execFileSync(
    process.execPath,
    [...flags, 'packages/explorer/test/search/try-mutants.mjs', ...rules],
    {
      cwd: fileURLToPath(new URL('../../../../', import.meta.url)),
      encoding: 'utf8',
      env: { ...process.env, SHOOTDOWN_ASSERT: assertions === 'on' ? '1' : '0' },
    },
  );
  return JSON.parse(printed) as Record<string, string | null>;
}
