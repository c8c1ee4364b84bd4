/** Which synchronising steps does a story need? Each is left out in turn, and the story is judged again. */
import type { ArchSpec } from '../arch/declaration.ts';
import { Ablation, SAYS, type Site } from '../machine/ablation.ts';
import { Mistake } from '@shootdown/explorer';
import { isOpen, SCHEMA_VERSION, type Verdict } from './verdict.ts';
import type { Configuration, Scenario } from '../workload/scenario.ts';
import { judgeScenario, type Bounds } from './judge.ts';

/** One step that was left out, and what came of it. */
export interface Removal {
  readonly in: string;
  readonly step: Site['step'];
  /** What the step is. */
  readonly says: string;
  /**
   * `needed`: a claim breaks without it; `not shown to be needed`: none does in this story; `open`: the search did not end, or came to
   * where the model does not reach.
   */
  readonly word: 'needed' | 'not shown to be needed' | 'open';
  readonly verdict: Verdict;
  /** What was met where the model does not reach: nothing was judged then. */
  readonly mistake?: { readonly code: string; readonly what: string };
}

/** All removals of a story on one architecture. */
export interface Ablated {
  readonly schemaVersion: number;
  readonly workload: string;
  readonly variant: string;
  readonly arch: string;
  /** Nothing left out. */
  readonly base: Verdict;
  readonly removals: readonly Removal[];
}

export interface AblateBounds extends Bounds {
  /** Told before each search. */
  onRemoval?(done: number, total: number, what: string): void;
}

/**
 * Leaves out every synchronising step that the threads come by (locks, barriers, flushes, interrupts, grace periods, re-checks), one
 * call site at a time. A step that stays unnoticed is not needed by this story for what it asks, and maybe by another.
 * @param variant word for the configuration in tokens: `before`, `after`, or a release
 * @returns undefined where the story does not apply
 * @throws Mistake SD_BAD_SCENARIO when the story breaks as it is: then nothing can be learned from leaving things out
 */
export async function ablate(
  arch: ArchSpec,
  scenario: Scenario,
  configuration: Configuration,
  variant: string,
  bounds: AblateBounds,
): Promise<Ablated | undefined> {
  const all = new Ablation();
  const base = await judgeScenario(arch, scenario, configuration, variant, { ...bounds, ablation: all });
  if (base.outcome === 'n/a') return undefined;
  if (base.outcome !== 'clean')
    throw new Mistake(
      'SD_BAD_SCENARIO',
      `${scenario.name} ${variant} on ${arch.id} is not clean as it is: ${base.outcome}.`,
      'Choose a variant that is clean.',
    );
  const without = async (site: Site): Promise<Pick<Removal, 'word' | 'verdict' | 'mistake'>> => {
    const name = `${variant}/${site.step}/${site.in}`;
    try {
      const verdict = await judgeScenario(arch, scenario, configuration, name, {
        ...bounds,
        ablation: new Ablation(site),
      });
      return { word: wordOf(verdict), verdict };
    } catch (error) {
      // The story is sound as it is: without the step its code comes to a state that nothing here was made for. That costs this step only.
      if (!(error instanceof Mistake)) throw error;
      const { code, what } = error;
      const evidence: Verdict['evidence'] = {
        ...base.evidence,
        grade: 'none',
        states: 0,
        transitions: 0,
        depth: 0,
        gaveUp: 0,
        seconds: 0,
      };
      return {
        word: 'open',
        verdict: { ...base, variant: name, outcome: 'bound', reason: `${code}: ${what}`, evidence },
        mistake: { code, what },
      };
    }
  };
  const sites = all.reached.toSorted((a, b) => a.in.localeCompare(b.in) || a.step.localeCompare(b.step));
  const removals: Removal[] = [];
  for (const [i, site] of sites.entries()) {
    if (bounds.signal?.aborted) break;
    bounds.onRemoval?.(i, sites.length, `${site.step} in ${site.in}`);
    removals.push({ ...site, says: SAYS[site.step], ...(await without(site)) });
  }
  return { schemaVersion: SCHEMA_VERSION, workload: scenario.name, variant, arch: arch.id, base, removals };
}

const wordOf = (verdict: Verdict): Removal['word'] =>
  verdict.outcome === 'clean' ? 'not shown to be needed' : isOpen(verdict) ? 'open' : 'needed';
