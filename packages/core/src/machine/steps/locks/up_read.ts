import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { changes, saysLock } from './lock.ts';

/** One reader less. Source: Linux, kernel/locking/rwsem.c, `up_read`. */
export const up_read = stepKind('up_read', { lock: cell }, () => ({
  ...changes((was) => was - 1),
  ...saysLock('up_read'),
}));
