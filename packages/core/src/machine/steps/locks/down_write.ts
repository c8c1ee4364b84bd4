import { zero } from '@shootdown/explorer';
import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { changes, saysLock } from './lock.ts';

/** Waits until neither a reader nor a writer is in, and is the writer. Source: Linux, kernel/locking/rwsem.c, `down_write`. */
export const down_write = stepKind('down_write', { lock: cell }, () => ({
  needs: ({ lock }) => zero(lock),
  ...changes(() => -1),
  ...saysLock('down_write'),
}));
