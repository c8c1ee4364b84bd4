import { without } from '../../../words/address.ts';
import { stepKind } from '../../../words/step-kind.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { readers } from './readers.ts';

/** synchronize_rcu begins: notes the readers that exist now. Source: Linux, Documentation/RCU/whatisRCU.rst, "synchronize_rcu()". */
export const rcu_sync = stepKind('rcu.sync', {}, (p: Parts) => ({
  apply({ cpu }, store) {
    reader(p).set(store, hw.rcuSync(cpu), without(readers(p, store), cpu));
    return 0;
  },
  tell: () => 'synchronize_rcu begins',
}));
