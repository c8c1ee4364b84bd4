/** The access itself, through a leaf: it reaches the data of a page. */
import type { Store } from '@shootdown/explorer';
import type { Entry } from '../../../words/entry.ts';
import { blockOf, type Level } from '../../../words/geometry.ts';
import { pageCells } from '../../../words/objects.ts';
import { tellAccess } from '../../book.ts';
import { hw } from '../../hardware.ts';
import { reader, type Parts } from '../../parts.ts';
import { frameAt } from '../../translation.ts';
import type { UserAccess } from './lookups.ts';

/** Makes the access, and tells it to whoever follows accesses. */
export function makeAccess(
  p: Parts,
  store: Store,
  level: Level,
  entry: Entry,
  { cpu, va, write, token }: UserAccess,
): void {
  const { get, set } = reader(p);
  const frame = frameAt(p, level, entry, va);
  const mm = get(store, hw.asid(cpu));
  if (write) set(store, pageCells.data(frame), token);
  if (p.followers.access.length === 0) return;
  tellAccess(p, store, {
    cpu,
    mm: { id: mm },
    page: blockOf(p.geometry, 'pte', va),
    frame,
    kind: write ? 'write' : 'read',
    // Looked up by whoever wants to know it: what nobody reads, nobody depends on.
    get token() {
      return write ? token : get(store, pageCells.data(frame));
    },
  });
}
