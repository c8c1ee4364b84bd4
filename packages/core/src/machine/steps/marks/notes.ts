/** Notes that kernel code makes for watchers: visible steps that change nothing. What is written down is the affair of who follows them. */
import type { Range } from '../../../words/address.ts';
import type { KernelNote, KernelNotes } from '../../../words/follow.ts';
import { blockOf } from '../../../words/geometry.ts';
import { info } from '../../../words/operands.ts';
import { stepKind } from '../../../words/step-kind.ts';
import type { Parts } from '../../parts.ts';

type Pages = (range: Range) => string;

/** One kind a file would be fourteen files of one sentence each. */
const note = <K extends keyof KernelNotes>(kind: K, told: (note: KernelNotes[K], pages: Pages, p: Parts) => string) =>
  stepKind(
    kind,
    { note: info<KernelNote>() },
    (p: Parts) => {
      const page = (va: number): number => blockOf(p.geometry, 'pte', va);
      const pages: Pages = ({ start, end }) => `pages ${page(start)}..${page(end - 1)}`;
      return { apply: () => 0, tell: (o) => told(o.note as unknown as KernelNotes[K], pages, p) };
    },
    'apart',
  );

/** By kind, so that whoever has a note finds the step that carries it. */
export const notes = {
  'ghost.removal': note('ghost.removal', (n, pages) => `begins to remove ${pages(n)}`),
  'ghost.removed': note('ghost.removed', (n, pages) => `has removed ${pages(n)}`),
  'ghost.cleaning': note('ghost.cleaning', (n, pages) => `begins to declare ${pages(n)} clean`),
  'ghost.clean': note('ghost.clean', (n, pages) => `declares ${pages(n)} clean`),
  'ghost.moving': note(
    'ghost.moving',
    (n, pages, p) => `begins to move ${pages(n)} to page ${blockOf(p.geometry, 'pte', n.to)}`,
  ),
  'ghost.moved': note(
    'ghost.moved',
    (n, pages, p) => `has moved ${pages(n)} to page ${blockOf(p.geometry, 'pte', n.to)}`,
  ),
  'ghost.protecting': note(
    'ghost.protecting',
    (n, pages) => `begins to make ${pages(n)} ${n.prot === 'none' ? 'inaccessible' : n.prot}`,
  ),
  'ghost.protected': note(
    'ghost.protected',
    (n, pages) => `has made ${pages(n)} ${n.prot === 'none' ? 'inaccessible' : n.prot}`,
  ),
  'ghost.forking': note('ghost.forking', (n) => `begins to copy address space ${n.from.id} to ${n.mm.id}`),
  'ghost.fork': note('ghost.fork', (n) => `address space ${n.mm.id} is a copy from here on`),
  'ghost.pin': note('ghost.pin', (n) => `holds a pin of P${n.frame}`),
  'ghost.unpin': note('ghost.unpin', (n) => `gives the pin of P${n.frame} back`),
  'ghost.unmapped': note('ghost.unmapped', (n) => `takes P${n.folio} for unmapped`),
  'ghost.copy': note('ghost.copy', (n) =>
    n.frame === undefined ? 'a guest loses its translation' : `a guest gets a translation to P${n.frame}`,
  ),
};
