/** `replay`: one execution again. */
import { Mistake } from '@shootdown/core/mistakes';
import { fileURLToPath } from 'node:url';
import type { Trace } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { mustBeKnown, mustBeWhole } from '../chosen.ts';
import { namedOf } from '../workloads.ts';
import { exitOfTrace } from '../exit.ts';
import { CORE, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

/** Options of `replay`. */
interface ReplayOptions {
  readonly until?: number;
  readonly break?: number;
}

@injectable()
export class Replay implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
  ) {}

  async run([text = '']: readonly string[], options: ReplayOptions): Promise<Result> {
    const core = await this.core();
    if (options.break !== undefined) await mustBeDebugged(text, options.break);
    const [archs, workloads] = [await this.catalog.archs(), await this.catalog.workloads()];
    const named = namedOf(workloads);
    const [, name = ''] = text.split(':');
    mustBeWhole(workloads, [name]);
    await mustBeKnown(
      this.catalog,
      named.filter(({ scenario }) => scenario.name === name),
    );
    const found = core.replayToken(text, archs, named, options.break);
    const { workload, variant, arch } = found.token;
    const trace = options.until === undefined ? found.trace : cut(found.trace, options.until);
    const broken = core.brokenIn(trace, found.watches);
    const replay = {
      token: text,
      workload,
      variant,
      arch,
      configuration: found.configuration.says,
      geometry: found.geometry,
      trace,
      ...(broken && { broken }),
    };
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'replay', replay }, exit: exitOfTrace(trace) };
  }
}

/**
 * A statement that stops a debugger does nothing where there is none.
 * @throws Mistake SD_BAD_OPTION
 */
async function mustBeDebugged(token: string, step: number): Promise<void> {
  const { url } = await import('node:inspector');
  if (url() !== undefined) return;
  throw new Mistake(
    'SD_BAD_OPTION',
    '--break stops in a debugger, and none can reach this process.',
    `Run it as: node --inspect-brk ${fileURLToPath(new URL('../../bin/shootdown.mjs', import.meta.url))} replay ${token} --break ${step}\n  Then attach: chrome://inspect, "Attach to Node Process" of an editor, or \`node inspect localhost:9229\`; and go on from the first line.`,
  );
}

/** The trace up to a step; what is wrong at its end belongs to the whole only. */
function cut(trace: Trace, until: number): Trace {
  if (until >= trace.events.length) return trace;
  const { loop: _, gaveUp: __, ...whole } = trace;
  return {
    ...whole,
    events: trace.events.filter((e) => e.number <= until),
    waits: trace.waits.flatMap(({ until: end, ...wait }) =>
      wait.from > until ? [] : [{ ...wait, ...(end !== undefined && end <= until && { until: end }) }],
    ),
    edges: trace.edges.filter(({ to }) => to <= until),
    overtaken: trace.overtaken.filter(({ changed }) => changed <= until),
    brokenAtEnd: [],
    stuck: [],
  };
}
