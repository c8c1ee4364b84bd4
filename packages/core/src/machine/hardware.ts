/** Cells of the hardware: what a CPU remembers that is not memory. */
import { region } from '../words/cells.ts';

export const hw = {
  /** Interrupts are off while this is not 0: how many local_irq_save wait for their local_irq_restore. */
  irqOff: region('irqs off', ['cpu']),
  /** MSR_EE is off while this is not 0: hard_irq_disable. Counted in `irqOff` too. */
  hardIrqOff: region('MSR_EE off', ['cpu']),
  /** Where interrupts are masked by software: one came, and waits for local_irq_restore. */
  irqHappened: region('irq_happened', ['cpu'], { shape: 'flag' }),
  /** 1 while an interrupt handler runs: the code below it waits. */
  inIrq: region('in interrupt', ['cpu'], { shape: 'flag' }),
  /** 1 while a user instruction translates its address: interrupts and broadcast invalidations wait for its end. */
  inInsn: region('in instruction', ['cpu'], { shape: 'flag' }),
  /** Table the root register holds; 0: no user address space. */
  root: region('root', ['cpu'], { shape: 'table' }),
  /** Tag of the address space the root register belongs to. */
  asid: region('asid', ['cpu']),
  /** Leaf entries: CPU, address space, level, block of that level's size. */
  tlb: region('tlb', ['cpu', 'mm', 'level', 'block'], { shape: 'entry' }),
  /** Tables that upper entries lead to: CPU, address space, level of the upper entry, block. */
  walkCache: region('walk cache', ['cpu', 'mm', 'level', 'block'], { shape: 'table' }),
  /** Invalidations that CPU `from` broadcast and CPU `to` has not done yet: from, to (a list record). */
  broadcast: region('invalidations', ['cpu', 'cpu'], { shape: 'record' }),
  /** Call that CPU `from` sent to CPU `to` by interrupt, until it has run: from, to. */
  csd: region('csd', ['cpu', 'cpu'], { shape: 'record' }),
  /** Depth of rcu_read_lock. */
  rcuNest: region('rcu nest', ['cpu']),
  /** RCU callbacks, and the CPUs whose read-side sections each still waits for. */
  rcuQueue: region('rcu callback', ['queue'], { shape: 'record' }),
  rcuWaits: region('rcu waits for', ['queue'], { shape: 'mask' }),
  /** CPUs that synchronize_rcu on this CPU still waits for. */
  rcuSync: region('synchronize_rcu waits for', ['cpu'], { shape: 'mask' }),
  /** Frames and tables this CPU's pools have given out. */
  framesTaken: region('frames taken', ['cpu']),
  tablesTaken: region('tables taken', ['cpu']),
};

/** Slots of the RCU callback queue. */
export const RCU_QUEUE = 6;
/** How deep hooks whose claims are judged may call each other. */
export const HOOK_NESTING = 5;
