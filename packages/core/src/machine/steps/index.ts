/** Every kind of step that the machine has by itself. */
import type { AnyStepKind } from '../../words/step-kind.ts';
import type { Parts } from '../parts.ts';
import { hard_irq_disable } from './interrupts/hard_irq_disable.ts';
import { hard_irq_enable } from './interrupts/hard_irq_enable.ts';
import { ipi_send } from './interrupts/ipi-send.ts';
import { ipi_wait } from './interrupts/ipi-wait.ts';
import { irq_enter } from './interrupts/irq-enter.ts';
import { irq_exit } from './interrupts/irq-exit.ts';
import { irq_masked } from './interrupts/irq-masked.ts';
import { local_irq_restore } from './interrupts/local_irq_restore.ts';
import { local_irq_save } from './interrupts/local_irq_save.ts';
import { down_read } from './locks/down_read.ts';
import { down_write } from './locks/down_write.ts';
import { spin_lock } from './locks/spin_lock.ts';
import { spin_trylock } from './locks/spin_trylock.ts';
import { spin_unlock } from './locks/spin_unlock.ts';
import { up_read } from './locks/up_read.ts';
import { up_write } from './locks/up_write.ts';
import { hook_enter } from './marks/hook-enter.ts';
import { hook_leave } from './marks/hook-leave.ts';
import { notes } from './marks/notes.ts';
import { bound, bug, refused, unbalanced, wild } from './marks/verdicts.ts';
import { add } from './memory/add.ts';
import { add_return } from './memory/add_return.ts';
import { andnot } from './memory/andnot.ts';
import { cmpxchg } from './memory/cmpxchg.ts';
import { dec_and_test } from './memory/dec_and_test.ts';
import { fence } from './memory/fence.ts';
import { inc_not_zero } from './memory/inc_not_zero.ts';
import { list_add } from './memory/list_add.ts';
import { list_del } from './memory/list_del.ts';
import { list_take } from './memory/list_take.ts';
import { load } from './memory/load.ts';
import { or } from './memory/or.ts';
import { store } from './memory/store.ts';
import { update } from './memory/update.ts';
import { wait_clear } from './memory/wait_clear.ts';
import { xchg } from './memory/xchg.ts';
import { mmu_fault } from './mmu/mmu-fault.ts';
import { mmu_fill } from './mmu/mmu-fill.ts';
import { mmu_finish } from './mmu/mmu-finish.ts';
import { mmu_lookup } from './mmu/mmu-lookup.ts';
import { mmu_prefetch } from './mmu/mmu-prefetch.ts';
import { mmu_root } from './mmu/mmu-root.ts';
import { mmu_walk } from './mmu/mmu-walk.ts';
import { tlb_broadcast } from './mmu/tlb-broadcast.ts';
import { tlb_local } from './mmu/tlb-local.ts';
import { tlb_receive } from './mmu/tlb-receive.ts';
import { tlb_sync } from './mmu/tlb-sync.ts';
import { page_alloc } from './objects/page-alloc.ts';
import { page_free } from './objects/page-free.ts';
import { table_alloc } from './objects/table-alloc.ts';
import { table_free } from './objects/table-free.ts';
import { walk_lockless } from './objects/walk-lockless.ts';
import { walk_typed } from './objects/walk-typed.ts';
import { call_rcu } from './rcu/call_rcu.ts';
import { rcu_invoke } from './rcu/rcu-invoke.ts';
import { rcu_read_lock } from './rcu/rcu_read_lock.ts';
import { rcu_read_unlock } from './rcu/rcu_read_unlock.ts';
import { rcu_sync } from './rcu/rcu-sync.ts';
import { rcu_wait } from './rcu/rcu-wait.ts';

/** By the names that code has for them. */
export const steps = {
  // memory
  load,
  store,
  xchg,
  cmpxchg,
  add,
  add_return,
  dec_and_test,
  inc_not_zero,
  update,
  or,
  andnot,
  // lists
  list_add,
  list_del,
  list_take,
  // waits and barriers
  wait_clear,
  fence,
  // locks
  spin_lock,
  spin_unlock,
  spin_trylock,
  down_read,
  up_read,
  down_write,
  up_write,
  // interrupts on and off
  local_irq_save,
  local_irq_restore,
  hard_irq_disable,
  hard_irq_enable,
  // interrupts
  ipi_send,
  ipi_wait,
  irq_enter,
  irq_exit,
  irq_masked,
  // RCU
  rcu_read_lock,
  rcu_read_unlock,
  call_rcu,
  rcu_invoke,
  rcu_sync,
  rcu_wait,
  // user accesses and walks
  mmu_lookup,
  mmu_prefetch,
  mmu_fill,
  mmu_walk,
  mmu_finish,
  mmu_fault,
  mmu_root,
  // invalidations
  tlb_local,
  tlb_broadcast,
  tlb_receive,
  tlb_sync,
  // page frames and tables
  page_alloc,
  page_free,
  table_alloc,
  table_free,
  walk_lockless,
  walk_typed,
  // marks
  hook_enter,
  hook_leave,
  wild,
  bug,
  refused,
  unbalanced,
  bound,
  notes,
};

const { notes: ofNotes, ...others } = steps;
/** Every one. */
export const STEP_KINDS: readonly AnyStepKind<Parts>[] = [...Object.values(others), ...Object.values(ofNotes)];
