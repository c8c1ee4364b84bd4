/** arm64 as Linux drives it. */
import { arch } from '@shootdown/core/plugin';
import { Arm64 } from './arm64.ts';
import { history } from './history.ts';
import { arm64Machine, arm64NoRangeMachine } from './mmu.ts';
import { rules } from './rules.ts';

export const arm64 = arch({
  id: 'arm64',
  title: 'arm64, with range invalidation',
  what:
    'An invalidation is broadcast by hardware, and a barrier waits until every CPU has done it. Nobody is interrupted: a walker ' +
    'with interrupts off sees entries change and flushes end under its feet, and only RCU keeps the tables it walks.',
  layers: [Arm64],
  machine: arm64Machine,
  history,
  rules,
});

/** CPUs before Armv8.4. */
export const arm64NoRange = arch({
  id: 'arm64-norange',
  title: 'arm64, without range invalidation',
  what: 'The same, page by page: a flush of a whole table is one of the whole address space.',
  over: arm64,
  layers: [],
  machine: arm64NoRangeMachine,
});

export { order as arm64Order } from './order.ts';

export default [arm64, arm64NoRange];
