/** The chosen step in full, and the state after it: locks, who waits, what is stale, CPUs. */
import type { Trace } from '@shootdown/core';
import type { Held } from '../model/in-hand.ts';
import { waitText } from '../model/arrows.ts';
import { heldAt, waitingAt } from '../model/now.ts';
import type { State } from '../model/states.ts';
import type { TreeView } from '../model/tree.ts';

type Event = Trace['events'][number];

export function StepPanel({ trace, event }: { readonly trace: Trace; readonly event: Event }) {
  const inner = event.where.at(-1);
  return (
    <div class="sd-step">
      <h3>
        <span class="sd-at">step {event.number}</span> CPU{event.cpu} {event.process}
      </h3>
      <p class="sd-what">{event.text}</p>
      {event.why && !event.text.includes(event.why) && <p class="sd-why">waited until {event.why}</p>}
      {inner && (
        <p class="sd-stack">
          {event.where.toReversed().map((name, i) => (
            <span key={`${name}${i}`} title={sourceOf(trace, name)}>
              {i > 0 && ' ← '}
              <span class={`sd-fn-${trace.functions[name]?.kind ?? 'function'}`}>{name}</span>
            </span>
          ))}
          <span class="sd-source">{sourceOf(trace, inner)}</span>
        </p>
      )}
      {event.changes.length > 0 && (
        <ul class="sd-changes">
          {event.changes.map((change) => (
            <li key={change.cell} class={change.ghost ? 'sd-ghost' : ''}>
              <code>{change.cell}</code> {change.from} → <b>{change.to}</b>
            </li>
          ))}
        </ul>
      )}
      {event.broken.map(({ claim, seen }) => (
        <p key={claim} class="sd-breach">
          <b>Broken here:</b> <q>{claim}</q> {seen}
        </p>
      ))}
    </div>
  );
}

function sourceOf({ functions }: Trace, name: string): string {
  const facts = functions[name];
  const place = facts?.source ? `${facts.source.file}: ${facts.source.symbol}, Linux ${facts.source.version}` : '';
  return facts?.kind === 'hook' ? `hook${facts.layer ? ` of ${facts.layer}` : ''}${place && `, ${place}`}` : place;
}

export function StatePanel({
  trace,
  state,
  tree,
  hands,
  step,
}: {
  readonly trace: Trace;
  readonly state: State;
  readonly tree: TreeView;
  readonly hands: readonly Held[];
  readonly step: number;
}) {
  const held = heldAt(trace, step);
  const waiting = waitingAt(trace, step);
  const stale = [...tree.cached, ...hands].filter((one) => one.stale !== undefined);
  const cpus = Object.entries(trace.cells).filter(
    ([cell, { region }]) => CPU_STATES.has(region) && (state.get(cell)?.value ?? 0) !== 0,
  );
  return (
    <dl class="sd-state">
      <dt>Locks held now</dt>
      <dd data-held>
        {held.length === 0
          ? 'none'
          : held.map(({ process, text }) => (
              <span key={`${process}${text}`} class="sd-tag">
                <b>{process}</b> {text}
              </span>
            ))}
      </dd>
      <dt>Who waits</dt>
      <dd data-waiting>
        {waiting.length === 0
          ? 'nobody'
          : waiting.map((wait) => (
              <span key={`${wait.process}${wait.from}`} class="sd-tag sd-tag-wait">
                <b>{wait.process}</b> {waitText(wait)}
              </span>
            ))}
      </dd>
      <dt>Stale</dt>
      <dd data-stale-list>
        {stale.length === 0
          ? 'nothing'
          : stale.map((one) => (
              <span key={`${one.kind}${one.cell}`} class="sd-tag sd-tag-stale">
                {one.kind === 'read'
                  ? `${one.process} goes by ${one.cell} = ${one.text} of step ${one.step}`
                  : `${one.cell}: ${one.text}`}
                ; now {one.stale}
              </span>
            ))}
      </dd>
      {cpus.length > 0 && (
        <>
          <dt>CPUs</dt>
          <dd>
            {cpus.map(([cell]) => (
              <span key={cell} class="sd-tag">
                {cell}
              </span>
            ))}
          </dd>
        </>
      )}
    </dl>
  );
}

/** What a CPU is in the middle of. */
const CPU_STATES = new Set(['irqs off', 'in interrupt', 'in instruction', 'rcu nest', 'MSR_EE off', 'irq_happened']);
