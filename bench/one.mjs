/**
 * One search in a process of its own, so that its memory and its cold start can be seen. Prints one line of JSON.
 *   node bench/one.mjs small N FLUSH none|all       the small model
 *   node bench/one.mjs family N KIND none|all       the model family over the real hooks
 *   node bench/one.mjs promela small|family N KIND  writes Promela to stdout instead
 */
import { built } from '../build/lib/built.mjs';

const { byFrames, exploreSync, gupCollapse, READS_ALL, rig, tablesOf, USUAL_REDUCTIONS } =
  await built('core/dist/testing.js');
const args = process.argv.slice(2);
const promela = args[0] === 'promela' && args.shift();
const [model, n, kind, reduced] = args;

async function system() {
  if (model === 'small') return gupCollapse({ walkers: Number(n), flush: kind });
  const [{ gupFamily, FAMILY_KINDS }, { arches }] = await Promise.all([
    built('workloads/dist/gup-family.js'),
    import('../build/lib/config.mjs'),
  ]);
  const [arch, configuration] = FAMILY_KINDS[kind];
  return rig(
    arches.find(({ id }) => id === arch),
    gupFamily(Number(n)),
    configuration,
  ).system;
}

if (promela) {
  const { promelaOf } = await import('../build/lib/spin.mjs');
  process.stdout.write(promelaOf(tablesOf(await system(), 3_000_000, byFrames(), READS_ALL)));
} else {
  const before = process.cpuUsage();
  const found = exploreSync(
    await system(),
    { stopAtFirst: true, maxStates: 30_000_000, reduce: reduced === 'none' ? {} : USUAL_REDUCTIONS },
    byFrames(),
  );
  const { user, system: kernel } = process.cpuUsage(before);
  const { outcome, states, transitions, rounds, seconds, violations, deadlocks } = found;
  const says =
    violations.length > 0
      ? `violates after ${violations[0].depth} steps`
      : deadlocks > 0
        ? 'deadlock'
        : outcome === 'complete'
          ? 'clean'
          : outcome;
  console.log(
    JSON.stringify({
      says,
      states,
      transitions,
      rounds,
      seconds,
      cpu: (user + kernel) / 1e6,
      megabytes: process.resourceUsage().maxRSS / 1024,
    }),
  );
}
