/** Loads and stores of user code: try, fault, try again. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '@shootdown/explorer';
import { do_user_addr_fault } from './fault.ts';
import { operation } from './operation.ts';

/** One load by user code. */
export const user_load = operation(
  linux('v6.1', 'arch/x86/mm/fault.c', 'exc_page_fault'),
  function* (cpu: Cpu, va: Va): Op<'done' | 'SIGSEGV'> {
    return yield* access_until_done(cpu, { va, kind: 'read', token: 0 });
  },
);

/** One store by user code, of a token that tells it from every other store. */
export const user_store = operation(
  linux('v6.1', 'arch/x86/mm/fault.c', 'exc_page_fault'),
  function* (cpu: Cpu, va: Va, token: number): Op<'done' | 'SIGSEGV'> {
    return yield* access_until_done(cpu, { va, kind: 'write', token });
  },
);

function* access_until_done(cpu: Cpu, access: Access): Op<'done' | 'SIGSEGV'> {
  // A fault may find that somebody else changed the entry, and leave. Nobody counts: where no fault ever helps, user code never gets on.
  for (;;) {
    const result = yield* cpu.user_access(access);
    if (result === 'done') return 'done';
    const fault = yield* do_user_addr_fault(cpu, access.va, access.kind);
    if (fault === 'SIGSEGV') return 'SIGSEGV';
  }
}
