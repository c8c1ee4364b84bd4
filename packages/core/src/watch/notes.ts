/** What the watchers follow of the notes of kernel code. */
import type { Book, Follows, KernelNotes } from '../words/follow.ts';

/** Functions that are told notes, by their kind: the note itself in place of the step that carries it. */
export type OfNotes = { readonly [K in keyof KernelNotes]?: (book: Book, note: KernelNotes[K], cpu: number) => void };

/** As `Follows.steps` wants them. */
export const follow = (notes: OfNotes): NonNullable<Follows['steps']> =>
  Object.fromEntries(
    Object.entries(notes).map(([kind, tell]) => [
      kind,
      (book, step) => (tell as (book: Book, note: unknown, cpu: number) => void)(book, step.info, step.cpu),
    ]),
  );
