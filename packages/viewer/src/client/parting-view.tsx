/** One execution on two architectures: steps that both make stand side by side, up to where they part. */
import type { Parting, Trace, Verdict } from '@shootdown/core';
import { useMemo, useState } from 'preact/hooks';
import { besideOf } from '../book.ts';
import { alignedRows, type AlignedRow } from '../model/align.ts';
import { inHand } from '../model/in-hand.ts';
import { partingWords } from '../model/parting-words.ts';
import { statesOf } from '../model/states.ts';
import { shapeOf, treeAt } from '../model/tree.ts';
import { TreeDrawing } from './tree-view.tsx';

export interface PartingProps {
  readonly parting: Parting;
  readonly leading: Trace;
  readonly verdict: Verdict;
  readonly other: Verdict | undefined;
  readonly id: string;
}

export function PartingView({ parting, leading, verdict, other, id }: PartingProps) {
  const { followed } = parting;
  const arch = besideOf(parting);
  const rows = useMemo(() => (followed ? alignedRows(leading, followed) : []), [leading, followed]);
  const last = rows.length - 1;
  const [at, setAt] = useState(
    Math.max(
      0,
      rows.findIndex(({ kind }) => kind === 'parts'),
    ),
  );
  if (!followed) return <p class="sd-note">There is nothing to follow.</p>;
  const move = (by: number): void => setAt(Math.min(last, Math.max(0, at + by)));
  const upTo = rows.slice(0, at + 1);
  const stepOf = (side: 'led' | 'own'): number => upTo.findLast((row) => row[side] !== undefined)?.[side]?.number ?? 0;
  return (
    <section
      class="sd-parting"
      tabIndex={0}
      aria-label={`${verdict.arch} and ${arch}`}
      onKeyDown={(e) => {
        const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[e.key];
        if (by === undefined) return;
        e.preventDefault();
        move(by);
      }}
    >
      <p class="sd-parts" data-parts>
        {partingWords(parting, verdict.arch, arch)}
      </p>
      <div class="sd-pair">
        <div class="sd-pair-rows" role="table" aria-label="Steps of both">
          <div class="sd-pair-head" role="row">
            <span role="columnheader">{verdict.arch}</span>
            <span role="columnheader">
              {arch}
              {other && other.outcome === 'clean' ? ' (proved)' : ''}
            </span>
          </div>
          {rows.map((row, i) => (
            <PairRow key={i} row={row} chosen={i === at} id={`${id}-p${i}`} onChoose={() => setAt(i)} />
          ))}
        </div>
        <div class="sd-pair-trees">
          <Half title={verdict.arch} trace={leading} step={stepOf('led')} geometry={verdict.evidence.geometry} />
          <Half title={arch} trace={followed.trace} step={stepOf('own')} geometry={verdict.evidence.geometry} />
        </div>
      </div>
    </section>
  );
}

function PairRow({
  row,
  chosen,
  id,
  onChoose,
}: {
  readonly row: AlignedRow;
  readonly chosen: boolean;
  readonly id: string;
  readonly onChoose: () => void;
}) {
  return (
    <div
      id={id}
      role="row"
      class={`sd-pair-row sd-pair-${row.kind}`}
      {...(chosen && { 'aria-current': 'step' })}
      onClick={onChoose}
    >
      {row.kind === 'fold' ? (
        <span role="cell" class="sd-pair-both">
          ▸ {row.text}
        </span>
      ) : (
        (['led', 'own'] as const).map((side) => {
          const event = row[side];
          return (
            <span key={side} role="cell">
              {event ? (
                <>
                  <b class="sd-no">{event.number}</b> <span class={`sd-who sd-who-${event.cpu}`}>{event.process}</span>{' '}
                  {event.where.at(-1) && <span class="sd-outer">{event.where.at(-1)}: </span>}
                  {event.text}
                </>
              ) : (
                row.kind === 'parts' && side === 'own' && <em>{row.text}</em>
              )}
            </span>
          );
        })
      )}
    </div>
  );
}

function Half({
  title,
  trace,
  step,
  geometry,
}: {
  readonly title: string;
  readonly trace: Trace;
  readonly step: number;
  readonly geometry: string;
}) {
  const states = useMemo(() => statesOf(trace), [trace]);
  const shape = useMemo(() => shapeOf(trace, geometry), [trace, geometry]);
  const tree = treeAt(trace, shape, states[step]!, trace.events[step - 1]?.changes ?? []);
  return (
    <figure>
      <figcaption>
        {title}, after step {step}
      </figcaption>
      <TreeDrawing tree={tree} hands={inHand(trace, states, step)} guilty={new Set()} />
    </figure>
  );
}
