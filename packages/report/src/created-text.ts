/** What `new` wrote, and how to go on. */
import { styleOf } from './style.ts';
import type { Created, RenderOptions } from './report.ts';
import { count } from './words.ts';

export function createdText(
  { wrote, changed, required = [], inherited = 0, touches, left, next }: Created,
  options: RenderOptions,
): string {
  const style = styleOf(options);
  const hooks = `${count(required.length + inherited)} hooks: ${required.length} required (${required.join(', ')}), ${count(inherited)} inherited from the kernel`;
  return [
    ...wrote.map((path) => `${style.good('+')} ${path}`),
    ...changed.map((path) => `${style.warn('~')} ${path}`),
    touches ? `replaces ${touches.join(', ')}` : hooks,
    ...left.map((what) => `${style.warn('left to you:')} ${what}`),
    ...next.map((what, i) => `${i === 0 ? 'next:' : 'then:'} ${what}`),
  ].join('\n');
}
