/** The lanes of a picture: a wide one for each thread, a narrow one for each thing that hardware does beside it. */
import type { Trace } from '@shootdown/core';

export interface Lane {
  readonly process: string;
  readonly cpu: number;
  readonly title: string;
  readonly kind: 'main' | 'thin';
  /** A thread that takes no step in this execution: it needs little room. */
  readonly idle?: true;
}

/** Threads in order of their CPUs, each followed by what its CPU does by itself, if that does something; RCU and such last. */
export function lanesOf({ processes, events }: Trace): readonly Lane[] {
  const busy = new Set(events.map(({ process }) => process));
  const mains = processes.filter(({ role }) => role === 'main');
  const cpus = new Set(mains.map(({ cpu }) => cpu));
  return processes
    .filter(({ name, role }) => role === 'main' || busy.has(name))
    .map((one, i) => ({ ...one, i }))
    .sort(
      (a, b) =>
        Number(!cpus.has(a.cpu)) - Number(!cpus.has(b.cpu)) ||
        a.cpu - b.cpu ||
        Number(a.role !== 'main') - Number(b.role !== 'main') ||
        a.i - b.i,
    )
    .map(({ name, cpu, role, does }) => ({
      process: name,
      cpu,
      title: role === 'main' ? `CPU${cpu} ${name}` : (does ?? name),
      kind: role === 'main' ? 'main' : 'thin',
      ...(role === 'main' && !busy.has(name) && { idle: true as const }),
    }));
}
