/** Loads and stores of user code: try, fault, try again. */
import type { Va } from '../words/address.ts';
import type { Cpu } from '../words/cpu.ts';
import { limit } from '../words/limit.ts';
import { linux } from '../words/source.ts';
import type { Access } from '../words/spec.ts';
import type { Op } from '../words/step.ts';
import { do_user_addr_fault } from './fault.ts';
import { operation } from './operation.ts';

/** Each fault may find that somebody else changed the entry and leave; an access that faults so often is outside the bound. */
const TRIES = 6;
const FAULTS_TOO_OFTEN = limit(linux('v6.1', 'arch/x86/mm/fault.c', 'exc_page_fault'), `an access that faults ${TRIES} times`);

/** One load by user code. */
export const user_load = operation(linux('v6.1', 'arch/x86/mm/fault.c', 'exc_page_fault'), function* (cpu: Cpu, va: Va): Op<'done' | 'SIGSEGV'> {
  return yield* access_until_done(cpu, { va, kind: 'read', token: 0 });
});

/** One store by user code, of a token that tells it from every other store. */
export const user_store = operation(
  linux('v6.1', 'arch/x86/mm/fault.c', 'exc_page_fault'),
  function* (cpu: Cpu, va: Va, token: number): Op<'done' | 'SIGSEGV'> {
    return yield* access_until_done(cpu, { va, kind: 'write', token });
  },
);

function* access_until_done(cpu: Cpu, access: Access): Op<'done' | 'SIGSEGV'> {
  for (let tries = 0; tries < TRIES; tries++) {
    const result = yield* cpu.user_access(access);
    if (result === 'done') return 'done';
    const fault = yield* do_user_addr_fault(cpu, access.va, access.kind);
    if (fault === 'SIGSEGV') return 'SIGSEGV';
  }
  return yield* cpu.give_up(FAULTS_TOO_OFTEN);
}
