/** What a function does to the page tables: the tree before one of its calls, and after it. */
import type { Trace } from '@shootdown/core';
import { useMemo } from 'preact/hooks';
import { effectOf } from '../model/effect.ts';
import { statesOf } from '../model/states.ts';
import { shapeOf, treeAt } from '../model/tree.ts';
import { TreeDrawing } from './tree-view.tsx';

export function EffectView({
  trace,
  name,
  geometry,
}: {
  readonly trace: Trace;
  readonly name: string;
  readonly geometry: string;
}) {
  const effect = useMemo(() => effectOf(trace, name), [trace, name]);
  const states = useMemo(() => statesOf(trace), [trace]);
  const shape = useMemo(() => shapeOf(trace, geometry), [trace, geometry]);
  if (!effect) return null;
  const { process, first, last, changes } = effect;
  const before = treeAt(trace, shape, states[first - 1]!, []);
  const after = treeAt(trace, shape, states[last]!, changes);
  const steps = first === last ? `step ${first}` : `steps ${first} to ${last}`;
  return (
    <section class="sd-effect" aria-label={`What ${name} does`} data-effect={name}>
      <div class="sd-effect-trees">
        <figure>
          <figcaption>
            before <code>{name}</code>
          </figcaption>
          <TreeDrawing tree={before} hands={[]} guilty={new Set()} />
        </figure>
        <span class="sd-effect-arrow" aria-hidden="true">
          ➜
        </span>
        <figure>
          <figcaption>
            after it{' '}
            <small>
              ({steps}, by {process})
            </small>
          </figcaption>
          <TreeDrawing tree={after} hands={[]} guilty={new Set()} />
        </figure>
      </div>
      {changes.length === 0 ? (
        <p class="sd-note">In this execution it changes nothing.</p>
      ) : (
        <ul class="sd-changes sd-effect-changes">
          {changes.map((change) => (
            <li key={change.cell}>
              <code>{change.cell}</code> {change.from} → <b>{change.to}</b>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
