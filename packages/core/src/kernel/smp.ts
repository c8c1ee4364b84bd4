/** Calls to other CPUs that are there for the wait alone. kernel/smp.c. */
import { without } from '../words/address.ts';
import { ipiHandler, type Cpu } from '../words/cpu.ts';
import { linux } from '../words/source.ts';
import type { Op } from '@shootdown/explorer';
import { operation } from './operation.ts';

export const do_nothing = ipiHandler('do_nothing');

/** Waits until every CPU, whatever it runs, has left its section with interrupts off. */
export const kick_all_cpus_sync = operation(
  linux('v4.1', 'kernel/smp.c', 'kick_all_cpus_sync'),
  function* (cpu: Cpu): Op {
    yield* cpu.fence('smp_mb'); // what was changed before, before any CPU answers
    yield* cpu.smp_call_function_many(without(cpu.online, cpu.id), do_nothing, {});
  },
);
