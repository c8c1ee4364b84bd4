/** What `new` wrote, and how to go on. */
import { paintOf } from './paint.ts';
import type { Created, Look } from './report.ts';
import { count } from './words.ts';

export function createdText({ wrote, changed, required, inherited, left, next }: Created, look: Look): string {
  const paint = paintOf(look);
  const hooks = `${count(required.length + inherited)} hooks: ${required.length} required (${required.join(', ')}), ${count(inherited)} inherited from the kernel`;
  return [
    ...wrote.map((path) => `${paint.good('+')} ${path}`),
    ...changed.map((path) => `${paint.warn('~')} ${path}`),
    hooks,
    ...left.map((what) => `${paint.warn('left to you:')} ${what}`),
    ...next.map((what, i) => `${i === 0 ? 'next:' : 'then:'} ${what}`),
  ].join('\n');
}
