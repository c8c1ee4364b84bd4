/** Turns the sentences that a scenario asks into checks on a machine. */
import type { Contract } from '../contract/hook.ts';
import { allHooks } from '../contract/mm-hooks.ts';
import { type Check, Mistake, type Said, type Step, type Store, didYouMean } from '@shootdown/explorer';
import type { Machine } from '../machine/machine.ts';
import type { HookStep } from '../machine/steps/marks/hook.ts';
import { watches } from '../watch/index.ts';
import type { Watch } from '../words/watch.ts';
import type { Region } from '../words/cells.ts';
import type { refName } from '../words/cells.ts';
import { ghosts } from '../words/ghosts.ts';
import type { Mm, Vma } from '../words/objects.ts';
import type { AskedClaim } from '../workload/scenario.ts';
import { checkWatchers } from './watchers.ts';

/** What a scenario asks, resolved. */
export interface Asked {
  readonly watches: readonly Watch[];
  /** Hooks whose entering and leaving are steps, each with the sentences asked (all of them when empty). */
  readonly hooks: ReadonlyMap<string, { readonly contract: Contract; readonly sentences: ReadonlySet<string> }>;
  readonly ghosts: ReadonlySet<Region>;
}

const HOOK_GHOSTS = [ghosts.walking, ghosts.hardwareWalking, ghosts.inside, ghosts.interrupted];
const lockSentence = (lock: string): string => `${lock} is held`;

/** Every sentence of a contract, with when it is judged and how. */
export function sentencesOf(contract: Contract): { sentence: string; when: 'enter' | 'leave'; kind: 'must' | 'may' }[] {
  return [
    ...Object.keys(contract.locks).map((lock) => ({
      sentence: lockSentence(lock),
      when: 'enter' as const,
      kind: 'must' as const,
    })),
    ...Object.keys(contract.must.pre).map((sentence) => ({ sentence, when: 'enter' as const, kind: 'must' as const })),
    ...Object.keys(contract.must.post).map((sentence) => ({ sentence, when: 'leave' as const, kind: 'must' as const })),
    ...Object.keys(contract.may).map((sentence) => ({ sentence, when: 'leave' as const, kind: 'may' as const })),
  ];
}

/**
 * Resolves what a story asks: a watcher by its value or its sentence, `hook: sentence`, or `hook: *` for all of a hook's.
 * @param own watchers that the architecture declares, beside the built-in ones
 * @throws Mistake SD_UNKNOWN_CLAIM, SD_BAD_WATCHER
 */
export function resolveAsks(asks: readonly AskedClaim[], own: readonly Watch[] = []): Asked {
  const chosen: Watch[] = [];
  const known = [...watches, ...own];
  const hooks = new Map<string, { contract: Contract; sentences: Set<string> }>();
  for (const ask of asks) {
    const watch = typeof ask === 'string' ? known.find((w) => w.claim === ask) : ask;
    if (watch) {
      if (!chosen.includes(watch)) chosen.push(watch);
      continue;
    }
    if (typeof ask !== 'string') continue;
    const colon = ask.indexOf(': ');
    const contract = allHooks.get(colon < 0 ? '' : ask.slice(0, colon));
    const sentence = ask.slice(colon + 2);
    const all = contract ? sentencesOf(contract).map((s) => s.sentence) : [];
    if (!contract || (sentence !== '*' && !all.includes(sentence))) {
      const sentences = [
        ...known.map((w) => w.claim),
        ...[...allHooks.values()].flatMap((h) => sentencesOf(h).map((s) => `${h.hookName}: ${s.sentence}`)),
      ];
      const near = didYouMean(ask, sentences);
      throw new Mistake(
        'SD_UNKNOWN_CLAIM',
        `nothing is known that is called "${ask}".`,
        near ? `Did you mean "${near}"?` : 'A claim is the sentence of a watcher, or `hook: sentence`.',
      );
    }
    const entry = hooks.get(contract.hookName) ?? { contract, sentences: new Set<string>() };
    for (const s of sentence === '*' ? all : [sentence]) entry.sentences.add(s);
    hooks.set(contract.hookName, entry);
  }
  checkWatchers([...new Set([...known, ...chosen])]);
  return {
    watches: chosen,
    hooks,
    ghosts: new Set([...chosen.flatMap((w) => w.ghosts), ...(hooks.size > 0 ? HOOK_GHOSTS : [])]),
  };
}

/**
 * Checks for one system.
 * @param musts is a `must` of a hook that fails a violation, or is it counted like a `may`?
 */
export function checksFor(
  asked: Asked,
  machine: Machine,
  mms: readonly Mm[],
  vmas: readonly Vma[],
  musts: 'violation' | 'tally',
): { at(step: Step): Check[]; finals: Check[] } {
  const watchCheck = (w: Watch): Check => ({
    claim: w.claim,
    on: 'violation',
    holds: (store, step, observed) => w.holdsAfter?.(machine.facts(store), step, observed) ?? true,
    ...(w.explain
      ? {
          explain: (store: Store, step: Step, observed: number): Said =>
            w.explain?.(machine.facts(store), step, observed) ?? '',
        }
      : {}),
  });
  const perStep = asked.watches
    .filter((w) => w.holdsAfter)
    .map((w) => ({ kinds: new Set(w.kinds), check: watchCheck(w) }));
  const finals = asked.watches
    .filter((w) => w.holdsAtEnd)
    .map((w): Check => ({
      claim: w.claim,
      on: 'violation',
      holds: (store) => w.holdsAtEnd?.({ facts: machine.facts(store), mms, vmas }) ?? true,
      ...(w.explainAtEnd
        ? { explain: (store: Store): Said => w.explainAtEnd?.({ facts: machine.facts(store), mms, vmas }) ?? '' }
        : {}),
    }));
  return {
    at: (step) => [
      ...perStep.filter(({ kinds }) => kinds.has(step.kind)).map(({ check }) => check),
      ...(step.kind.startsWith('hook.') ? hookChecks(asked, machine, step, musts) : []),
    ],
    finals,
  };
}

function hookChecks(asked: Asked, machine: Machine, step: Step, musts: 'violation' | 'tally'): Check[] {
  const info = step.info as HookStep;
  const entry = asked.hooks.get(info.hook);
  if (!entry) return [];
  const { contract, sentences } = entry;
  const when = step.kind === 'hook.enter' ? 'enter' : 'leave';
  const args = info.args as never[];
  const predicate = (sentence: string): ((store: Store) => boolean) => {
    const lock = Object.keys(contract.locks).find((l) => lockSentence(l) === sentence);
    if (lock !== undefined && when === 'enter') {
      const needed = (contract.locks[lock] as (...a: never[]) => { at: Parameters<typeof refName>[0]; mode: string })(
        ...args,
      );
      const { layout } = machine.parts;
      const name = layout.has(needed.at) ? layout.name(layout.cell(needed.at)) : undefined;
      const held = info.held.some(
        (h) => h.name === name && (needed.mode === 'held' || needed.mode === 'read' || h.mode === 'write'),
      );
      return () => held;
    }
    const judge = (
      when === 'enter' ? contract.must.pre[sentence] : (contract.must.post[sentence] ?? contract.may[sentence])
    ) as ((seen: unknown) => boolean) | undefined;
    return (store) => judge?.({ facts: machine.facts(store), cpu: step.cpu, args, result: info.result }) ?? true;
  };
  return sentencesOf(contract)
    .filter((s) => s.when === when && sentences.has(s.sentence))
    .map((s): Check => ({
      claim: `${contract.hookName}: ${s.sentence}`,
      on: s.kind === 'must' ? musts : 'tally',
      holds: predicate(s.sentence),
    }));
}
