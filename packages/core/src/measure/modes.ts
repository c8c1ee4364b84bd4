/** What the other CPUs do while an operation is measured on the first. */
import { exit_mm } from '../kernel/exit.ts';
import { context_switch } from '../kernel/sched.ts';
import { exec_mmap } from '../kernel/setup.ts';
import type { Mode } from './operation.ts';
import { MEASURED, type MeasuredProcess } from './process.ts';

const others = (process: MeasuredProcess): number[] =>
  Array.from({ length: process.cpus - 1 }, (_, i) => MEASURED + 1 + i);

/** Threads the process has for its whole life, the measured one included. */
export const usersIn = (mode: Mode, cpus: number): number => (mode === 'solo' || mode === 'exited3' ? 1 : cpus);

/** Once, before the first repetition. */
export function begin(mode: Mode, process: MeasuredProcess): void {
  if (mode !== 'away3') return;
  const [first = 1, ...rest] = others(process);
  process.run('exec', first, process.other, (cpu) => exec_mmap(cpu, process.other, process.cpus - 1));
  for (const id of rest) process.run('switch', id, process.other, (cpu) => context_switch(cpu, process.other));
}

/** Before every repetition: the other CPUs have run the process just now, and do what the mode says. */
export function arm(mode: Mode, process: MeasuredProcess): void {
  if (mode === 'solo') return;
  for (const id of others(process)) {
    if (mode === 'exited3') process.addUsers(1); // a new thread
    process.run('run', id, process.mm, (cpu) => context_switch(cpu, process.mm));
    if (mode === 'exited3') process.run('exit', id, process.mm, (cpu) => exit_mm(cpu, process.mm));
    if (mode === 'lazy3' || mode === 'exited3')
      process.run('idle', id, undefined, (cpu) => context_switch(cpu, undefined));
    if (mode === 'away3') process.run('switch', id, process.other, (cpu) => context_switch(cpu, process.other));
  }
}
