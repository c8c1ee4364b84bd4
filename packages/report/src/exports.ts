/** An execution in the forms of other tools: a timeline (Perfetto, Chrome), a sequence diagram (Mermaid), a graph (Graphviz). */
import type { Trace, TraceEvent } from '@shootdown/core';
import { lanesOf, rowsOf } from './lanes.ts';
import type { Replay } from './report.ts';

export type Form = 'perfetto' | 'mermaid' | 'dot';
export const FORMS: readonly Form[] = ['perfetto', 'mermaid', 'dot'];

export function exported(replay: Pick<Replay, 'arch' | 'workload' | 'variant' | 'trace'>, form: Form): string {
  switch (form) {
    case 'perfetto':
      return perfetto(replay);
    case 'mermaid':
      return mermaid(replay.trace);
    case 'dot':
      return dot(replay);
  }
}

/** The steps that concern another process too. */
const relevantOf = (trace: Trace): readonly TraceEvent[] =>
  rowsOf(trace, 'relevant').flatMap(({ event }) => event ?? []);
/** Connections between steps of different processes, without those that say nothing. */
const edgesOf = (trace: Trace): Trace['edges'] => trace.edges.filter(({ kind, waited }) => kind !== 'wait' || waited);

/**
 * Trace event format of Chrome: a process is the architecture, a thread one of ours, a microsecond a step. Functions are slices, edges are
 * flows, what breaks is an instant.
 */
function perfetto({ arch, workload, variant, trace }: Pick<Replay, 'arch' | 'workload' | 'variant' | 'trace'>): string {
  const threads = new Map(trace.processes.map(({ name }, i) => [name, i + 1]));
  const at = (event: TraceEvent) => ({ pid: 1, tid: threads.get(event.process) ?? 0, ts: event.number });
  const lanes = lanesOf(trace);
  const names = trace.processes.flatMap(({ name, cpu }, i) => [
    { ph: 'M', name: 'thread_name', pid: 1, tid: i + 1, args: { name: `CPU${cpu} ${name}` } },
    { ph: 'M', name: 'thread_sort_index', pid: 1, tid: i + 1, args: { sort_index: cpu * lanes.length + i } },
  ]);
  const steps = trace.events.map((event) => ({
    ...at(event),
    ph: 'X',
    dur: 1,
    cat: event.kind,
    name: event.text,
    args: { changes: event.changes.map(({ cell, from, to }) => `${cell}: ${from} -> ${to}`) },
  }));
  const broken = trace.events.flatMap((event) =>
    event.broken.map(({ claim }) => ({ ...at(event), ph: 'i', s: 'g', name: `BROKEN: ${claim}` })),
  );
  const flows = edgesOf(trace).flatMap(({ kind, from, to, answer }, id) => {
    const flow = { cat: kind, name: answer ? `${kind} done` : kind, id };
    return [
      { ...flow, ...at(trace.events[from - 1]!), ph: 's' },
      { ...flow, ...at(trace.events[to - 1]!), ph: 'f', bp: 'e' },
    ];
  });
  const title = { ph: 'M', name: 'process_name', pid: 1, args: { name: `${arch}: ${workload}, ${variant}` } };
  return JSON.stringify({
    traceEvents: [title, ...names, ...slicesOf(trace, threads), ...steps, ...broken, ...flows],
    displayTimeUnit: 'ns',
  });
}

/** Functions, each from its first step to its last one. */
function slicesOf(trace: Trace, threads: ReadonlyMap<string, number>) {
  const slices: { ph: string; pid: number; tid: number; ts: number; dur: number; name: string; cat: string }[] = [];
  for (const [process, tid] of threads) {
    const open: { name: string; from: number }[] = [];
    let last = 0;
    const close = (keep: number): void => {
      while (open.length > keep) {
        const { name, from } = open.pop()!;
        const cat = trace.functions[name]?.kind ?? 'function';
        slices.push({ ph: 'X', pid: 1, tid, ts: from, dur: last + 1 - from, name, cat });
      }
    };
    for (const { number, where } of trace.events.filter((event) => event.process === process)) {
      let same = 0;
      while (same < open.length && open[same]!.name === where[same]) same++;
      close(same);
      for (const name of where.slice(same)) open.push({ name, from: number });
      last = number;
    }
    close(0);
  }
  // Outer before inner, as viewers nest slices that begin together.
  return slices.sort((a, b) => a.ts - b.ts || b.dur - a.dur);
}

/** Letters that end a text of Mermaid. */
const quiet = (text: string): string => text.replaceAll(/[;#:]/g, ',').replaceAll('->', '→').replaceAll('\n', ' ');

function mermaid(trace: Trace): string {
  const used = new Set(trace.events.map(({ process }) => process));
  const ids = new Map(trace.processes.filter(({ name }) => used.has(name)).map(({ name }, i) => [name, `p${i}`]));
  const relevant = new Set(relevantOf(trace).map(({ number }) => number));
  const edges = edgesOf(trace);
  const lines = trace.events.flatMap((event) => {
    const id = ids.get(event.process);
    const incoming = edges.filter(({ to }) => to === event.number);
    return [
      ...incoming.map(
        ({ kind, from, answer }) =>
          `  ${ids.get(trace.events[from - 1]!.process)}${answer ? '-->>' : '->>'}${id}: ${answer ? `${kind} done` : kind}`,
      ),
      ...(relevant.has(event.number) ? [`  Note over ${id}: ${event.number} ${quiet(event.text)}`] : []),
      ...event.broken.map(({ claim }) => `  Note over ${id}: BROKEN ${quiet(claim)}`),
    ];
  });
  const ends = trace.brokenAtEnd.map(
    ({ claim }) => `  Note over ${[...ids.values()].join(',')}: BROKEN at the end, ${quiet(claim)}`,
  );
  const who = trace.processes.flatMap(({ name, cpu }) =>
    ids.has(name) ? [`  participant ${ids.get(name)} as CPU${cpu} ${name}`] : [],
  );
  return ['sequenceDiagram', ...who, ...lines, ...ends].join('\n');
}

function dot({ arch, workload, variant, trace }: Pick<Replay, 'arch' | 'workload' | 'variant' | 'trace'>): string {
  const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const edges = edgesOf(trace);
  const wanted = new Set([
    ...relevantOf(trace).map(({ number }) => number),
    ...edges.flatMap(({ from, to }) => [from, to]),
    ...trace.overtaken.flatMap(({ read, changed }) => [read, changed]),
  ]);
  const shown = trace.events.filter(({ number }) => wanted.has(number));
  const clusters = trace.processes.flatMap(({ name, cpu }, i) => {
    const own = shown.filter(({ process }) => process === name);
    if (own.length === 0) return [];
    return [
      `  subgraph cluster_${i} {`,
      `    label=${quoted(`CPU${cpu} ${name}`)};`,
      ...own.map(
        ({ number, text, broken }) =>
          `    s${number} [label=${quoted(`${number} ${text}`)}${broken.length > 0 ? ', color=red' : ''}];`,
      ),
      ...own.slice(1).map(({ number }, n) => `    s${own[n]!.number} -> s${number} [weight=10];`),
      '  }',
    ];
  });
  return [
    `digraph ${quoted(`${workload} ${variant} ${arch}`)} {`,
    '  node [shape=box, fontname=monospace, fontsize=10];',
    ...clusters,
    ...edges.map(
      ({ kind, from, to, answer }) =>
        `  s${from} -> s${to} [label=${quoted(answer ? `${kind} done` : kind)}, color=${answer ? 'gray' : 'orange'}, constraint=false];`,
    ),
    ...trace.overtaken.map(
      ({ cell, read, changed }) =>
        `  s${read} -> s${changed} [label=${quoted(`${cell} changes`)}, color=red, style=dashed, constraint=false];`,
    ),
    '}',
  ].join('\n');
}
