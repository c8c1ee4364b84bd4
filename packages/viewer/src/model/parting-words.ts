/** Where two architectures part, in one sentence or two. */
import type { Parting } from '@shootdown/core';

/**
 * Why the other one does not go the same way.
 * @param leader architecture that breaks
 * @param other architecture on which its execution is followed, or `the fix`
 */
export function partingWords({ followed }: Parting, leader: string, other: string): string {
  if (!followed) return `Neither ${leader} nor ${other} breaks.`;
  const { part } = followed;
  if (!part) {
    const claim = [...followed.trace.events.flatMap(({ broken }) => broken), ...followed.trace.brokenAtEnd][0]?.claim;
    return `${other} can go the same way to the end${claim === undefined ? ', and nothing breaks along it' : ', and it breaks there too'}.`;
  }
  const at = `They part at step ${part.step} of ${leader}`;
  const inside = part.at?.where.at(-1) ? ` in ${part.at.where.at(-1)}` : '';
  const on = other === 'the fix' ? 'with the fix' : `on ${other}`;
  const what =
    part.how === 'waits'
      ? `${on}, ${part.process} waits there${inside}${part.at?.why ? ` until ${part.at.why}` : ''}`
      : `${on}, ${part.process} ${part.how === 'ended' ? 'has ended' : part.how === 'another way' ? `goes another way${inside}` : 'does not exist'}`;
  const because = part.obstacles.map(
    ({ process, cell, value, since }) =>
      `${process === part.process ? '' : `${process} is held up: `}${cell} is ${value}${since === undefined ? ' from the start' : ` since step ${since}`}`,
  );
  return `${at}: ${what}${because.length > 0 ? `, because ${because.join('; ')}` : ''}. So the rest of the execution cannot happen there.`;
}
