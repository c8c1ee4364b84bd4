/** Notes that kernel code makes for watchers: visible steps that change nothing. What is written down is the affair of who follows them. */
import type { Range } from '../../words/address.ts';
import type { KernelNotes } from '../../words/follow.ts';
import { blockOf } from '../../words/geometry.ts';
import type { Meaning, Step } from '@shootdown/explorer';
import { touches, type Meanings, type Parts } from '../parts.ts';

type Kind = keyof KernelNotes;

/** A step's `info` is the note itself. */
export function noteMeanings(p: Parts): Meanings {
  const pages = ({ start, end }: Range): string =>
    `pages ${blockOf(p.geometry, 'pte', start)}..${blockOf(p.geometry, 'pte', end - 1)}`;
  const told: { readonly [K in Kind]: (note: KernelNotes[K]) => string } = {
    'ghost.removal': (note) => `begins to remove ${pages(note)}`,
    'ghost.removed': (note) => `has removed ${pages(note)}`,
    'ghost.cleaning': (note) => `begins to declare ${pages(note)} clean`,
    'ghost.clean': (note) => `declares ${pages(note)} clean`,
    'ghost.moving': (note) => `begins to move ${pages(note)} to page ${blockOf(p.geometry, 'pte', note.to)}`,
    'ghost.moved': (note) => `has moved ${pages(note)} to page ${blockOf(p.geometry, 'pte', note.to)}`,
    'ghost.protecting': (note) => `begins to make ${pages(note)} ${note.prot === 'none' ? 'inaccessible' : note.prot}`,
    'ghost.protected': (note) => `has made ${pages(note)} ${note.prot === 'none' ? 'inaccessible' : note.prot}`,
    'ghost.forking': (note) => `begins to copy address space ${note.from.id} to ${note.mm.id}`,
    'ghost.fork': (note) => `address space ${note.mm.id} is a copy from here on`,
    'ghost.pin': (note) => `holds a pin of P${note.frame}`,
    'ghost.unpin': (note) => `gives the pin of P${note.frame} back`,
    'ghost.copy': (note) =>
      note.frame === undefined ? 'a guest loses its translation' : `a guest gets a translation to P${note.frame}`,
  };
  const meaning = (kind: string): Meaning => ({
    apply: () => 0,
    footprint: () => touches([]),
    tell: (step: Step) => (told[kind as Kind] as (note: unknown) => string)(step.info),
  });
  return Object.fromEntries(NOTES.map((kind) => [kind, meaning(kind)]));
}

/** Every kind of note. */
export const NOTES: readonly Kind[] = [
  'ghost.removal',
  'ghost.removed',
  'ghost.cleaning',
  'ghost.clean',
  'ghost.moving',
  'ghost.moved',
  'ghost.protecting',
  'ghost.protected',
  'ghost.forking',
  'ghost.fork',
  'ghost.pin',
  'ghost.unpin',
  'ghost.copy',
];
