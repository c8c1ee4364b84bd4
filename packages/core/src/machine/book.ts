/** The books of watchers: they read the state of the machine, and write their ghosts in the step that they follow. */
import { Mistake, type Step, type Store } from '@shootdown/explorer';
import type { OrderedMeaning } from '../words/step-kind.ts';
import { cpusOf } from '../words/address.ts';
import type { Ref } from '../words/cells.ts';
import { refName } from '../words/cells.ts';
import type { AccessMade, Book, Follows } from '../words/follow.ts';
import type { Mm } from '../words/objects.ts';
import { StoreFacts } from './facts.ts';
import type { Meanings, Parts } from './parts.ts';

type OfStep = NonNullable<Follows['steps']>[string];

/** Everybody who follows, sorted by what they want to be told. */
export interface Followers {
  readonly access: readonly NonNullable<Follows['access']>[];
  readonly steps: ReadonlyMap<string, readonly OfStep[]>;
}

/** @param all what each watcher that is asked follows */
export function followersOf(all: readonly Follows[]): Followers {
  const steps = new Map<string, OfStep[]>();
  for (const [kind, does] of all.flatMap((one) => Object.entries(one.steps ?? {})))
    steps.set(kind, [...(steps.get(kind) ?? []), does]);
  return { access: all.flatMap((one) => one.access ?? []), steps };
}

/** A book on one state. */
export function bookOn(p: Parts, store: Store): Book {
  const facts = new StoreFacts(p, store);
  const note = (ghost: Ref, value: number): void => {
    if (!ghost.region.ghost)
      throw new Mistake(
        'SD_BAD_WATCHER',
        `a watcher writes ${refName(ghost)}, which is no ghost.`,
        'Watchers only write regions that were made with `ghost: true`.',
      );
    const cell = p.layout.cell(ghost);
    if (store.get(cell) !== value) store.set(cell, value);
  };
  return {
    facts,
    note,
    cpus: cpusOf(p.online),
    mms: Array.from({ length: p.layout.sizes.mm }, (_, id): Mm => ({ id })),
    pages: p.layout.sizes.block,
    has: p.has,
    value: (at) => facts.value(at),
    list: (at) => facts.list(at),
    noteList: (ghost, numbers) =>
      note(ghost, numbers === undefined ? 0 : p.records.idOf([...new Set(numbers)].sort((a, b) => a - b))),
  };
}

/** Tells everybody who follows accesses of one. */
export function tellAccess(p: Parts, store: Store, access: AccessMade): void {
  const book = bookOn(p, store);
  for (const follow of p.followers.access) follow(book, access);
}

/** Steps that somebody follows: their meaning, and then what is written down of it. */
export function followed(p: Parts, meanings: Meanings): Meanings {
  if (p.followers.steps.size === 0) return meanings;
  const out: Record<string, OrderedMeaning> = { ...meanings };
  for (const [kind, follows] of p.followers.steps) {
    const plain = meanings[kind];
    if (!plain)
      throw new Mistake(
        'SD_BAD_WATCHER',
        `a watcher follows steps of kind ${kind}, which this machine does not have.`,
        'Is the kind one that every architecture has, such as ghost.removal or mmu.finish?',
      );
    // Who follows an update may look at what is updated: it commutes with no other any more.
    const { commutes: _commutes, ...seen } = plain;
    out[kind] = {
      ...seen,
      apply(step: Step, store: Store, choice: number): number {
        const observed = plain.apply(step, store, choice);
        const book = bookOn(p, store);
        for (const follow of follows) follow(book, step, observed);
        return observed;
      },
    };
  }
  return out;
}
