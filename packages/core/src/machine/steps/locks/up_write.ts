import { cell } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { changes, saysLock } from './lock.ts';

/** The writer leaves. Source: Linux, kernel/locking/rwsem.c, `up_write`. */
export const up_write = stepKind('up_write', { lock: cell }, () => ({
  ...changes(() => 0),
  ...saysLock('up_write'),
}));
