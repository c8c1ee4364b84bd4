/** Lanes: time runs down, a lane is a CPU, a box is a function on its call stack, an arrow is what one does to another. */
import type { Trace } from '@shootdown/core';
import { useEffect, useRef } from 'preact/hooks';
import type { Lane } from '../model/lanes.ts';
import { boxesOf, rowOfStep, type Row } from '../model/rows.ts';
import type { Beat } from '../model/story.ts';
import { arrowsOf, waitsOf, type Arrow } from '../model/arrows.ts';
import { ROW, placesOf, type Places } from './places.ts';
import { short } from './words.ts';

export interface LanesProps {
  readonly trace: Trace;
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
  readonly story: readonly Beat[];
  readonly step: number;
  readonly width: number;
  readonly id: string;
  readonly onStep: (step: number) => void;
  readonly onUnfold: (step: number) => void;
}

export function LanesView({ trace, lanes, rows, story, step, width, id, onStep, onUnfold }: LanesProps) {
  const depth = Math.max(1, ...rows.map((row) => row.depth));
  const places = placesOf(lanes, width, depth);
  const chosen = rowOfStep(rows, step);
  const list = useRef<HTMLOListElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    // Who has just come looks at the top of the page, and not at the row.
    if (moved.current) show(list.current?.querySelector<HTMLElement>('[aria-current]'));
    moved.current = true;
  }, [chosen, rows]);
  const beats = new Map(story.map((beat, i) => [beat.step, { ...beat, n: i + 1 }]));
  const height = rows.length * ROW;
  return (
    <div class={`sd-lanes${places.narrow ? ' sd-narrow' : ''}`}>
      <Heads lanes={lanes} places={places} />
      <div class="sd-rows" style={{ height: `${height}px` }}>
        <Picture trace={trace} lanes={lanes} rows={rows} places={places} height={height} width={width} />
        <Waits trace={trace} rows={rows} places={places} />
        <ol ref={list} aria-label="Steps in the order in which they happen" style={{ height: `${height}px` }}>
          {rows.map((row, i) => (
            <RowView
              key={`${row.kind}${row.step}`}
              trace={trace}
              row={row}
              at={i}
              places={places}
              beat={row.kind === 'step' ? beats.get(row.step) : undefined}
              chosen={i === chosen}
              past={row.step > step}
              id={`${id}-${i}`}
              onClick={() => (row.kind === 'fold' ? onUnfold(row.from) : onStep(row.step))}
            />
          ))}
        </ol>
      </div>
    </div>
  );
}

/** Brings a row into sight: within the lanes where they scroll by themselves, else within the page. */
function show(row: HTMLElement | null | undefined): void {
  const box = row?.closest<HTMLElement>('.sd-lanes');
  if (!row || !box) return;
  if (box.scrollHeight <= box.clientHeight) return row.scrollIntoView({ block: 'nearest' });
  const { top, bottom } = box.getBoundingClientRect();
  const own = row.getBoundingClientRect();
  if (own.top < top + ROW) box.scrollTop -= top + ROW - own.top;
  else if (own.bottom > bottom - ROW) box.scrollTop += own.bottom - bottom + ROW;
}

function Heads({ lanes, places }: { readonly lanes: readonly Lane[]; readonly places: Places }) {
  return (
    <div class="sd-heads">
      {lanes.map((lane) => {
        const place = places.of(lane.process);
        return (
          <div
            key={lane.process}
            class={`sd-head sd-head-${lane.kind}`}
            title={lane.process}
            style={{ left: `${place.x}px`, width: `${place.width}px` }}
          >
            {lane.title}
          </div>
        );
      })}
    </div>
  );
}

interface RowProps {
  readonly trace: Trace;
  readonly row: Row;
  readonly at: number;
  readonly places: Places;
  readonly beat: (Beat & { readonly n: number }) | undefined;
  readonly chosen: boolean;
  readonly past: boolean;
  readonly id: string;
  readonly onClick: () => void;
}

function RowView({ trace, row, at, places, beat, chosen, past, id, onClick }: RowProps) {
  const [left, most] = places.words(row.process, innermost(row), lettersOf(row) + row.process.length + (beat ? 4 : 1));
  const classes = [
    'sd-row',
    `sd-row-${row.kind}`,
    beat && `sd-beat sd-beat-${beat.role}`,
    past && 'sd-later',
    row.kind === 'step' && row.event.broken.length > 0 && 'sd-broken',
    places.of(row.process).thin && 'sd-by-hardware',
  ];
  return (
    <li
      id={id}
      class={classes.filter(Boolean).join(' ')}
      style={{ top: `${at * ROW}px` }}
      data-step={row.step}
      data-process={row.process}
      {...(chosen && { 'aria-current': 'step' })}
      onClick={onClick}
    >
      <span class="sd-no">{row.kind === 'step' ? row.step : row.kind === 'fold' ? `${row.from}–${row.to}` : ''}</span>
      <span class="sd-text" style={{ left: `${left}px`, maxWidth: `${most}px` }}>
        <i class={`sd-lane-name sd-who-${places.cpuOf(row.process)}`}>{row.process}</i>
        {beat && <b class="sd-badge">{beat.n}</b>}
        <RowText trace={trace} row={row} />
      </span>
    </li>
  );
}

/** Words stand in the box that they are about: of functions that are entered the last. */
const innermost = (row: Row): number => (row.kind === 'enter' ? row.depth + row.names.length - 1 : row.depth);

/** How long the words of a row are, about. */
function lettersOf(row: Row): number {
  if (row.kind === 'enter') return row.names.at(-1)?.length ?? 0;
  if (row.kind === 'fold') return row.inside.length + 14;
  return row.event.text.length + (row.event.changes.length > 0 ? 16 : 0);
}

function RowText({ trace, row }: { readonly trace: Trace; readonly row: Row }) {
  if (row.kind === 'enter') {
    const [name = '', ...outer] = row.names.toReversed();
    return (
      <>
        <b class={`sd-fn sd-fn-${trace.functions[name]?.kind ?? 'function'}`}>{name}</b>
        {outer.length > 0 && <span class="sd-outer"> ← {outer.join(' ← ')}</span>}
      </>
    );
  }
  if (row.kind === 'fold')
    return (
      <span class="sd-fold">
        ▸ {row.to - row.from + 1} steps{row.inside && ` in ${row.inside}`}
      </span>
    );
  const { event } = row;
  const seen = event.changes.filter(({ ghost }) => !ghost);
  const shown = seen.filter(({ cell }) => event.cells.includes(cell) || seen.length === 1).slice(0, 1);
  return (
    <>
      <span class="sd-what">{event.text}</span>
      {shown.map((change) => (
        <span class="sd-change" key={change.cell}>
          {change.cell} ⇒ {short({ text: change.to, ...pick(change) })}
        </span>
      ))}
      {seen.length > shown.length && (
        <span class="sd-change">
          {shown.length > 0 ? '+' : ''}
          {seen.length - shown.length} {seen.length - shown.length === 1 ? 'cell' : 'cells'}
        </span>
      )}
    </>
  );
}
const pick = ({ refers, flags }: Trace['events'][number]['changes'][number]) => ({
  ...(refers && { refers }),
  ...(flags && { flags }),
});

/** Boxes and arrows, under the text. What they show is said in the rows and beside them: nobody has to see them. */
function Picture({
  trace,
  lanes,
  rows,
  places,
  height,
  width,
}: {
  readonly trace: Trace;
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
  readonly places: Places;
  readonly height: number;
  readonly width: number;
}) {
  return (
    <svg class="sd-picture" width={width} height={height} aria-hidden="true">
      <defs>
        {KINDS.map((kind) => (
          <marker
            key={kind}
            id={`sd-tip-${kind}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0L8 4L0 8z" class={`sd-tip sd-tip-${kind}`} />
          </marker>
        ))}
      </defs>
      {lanes.map((lane) => {
        const { x, width: wide } = places.of(lane.process);
        return (
          <rect key={lane.process} class={`sd-lane sd-lane-${lane.kind}`} x={x} y={0} width={wide} height={height} />
        );
      })}
      {boxesOf(rows).map((box) => {
        const { x, width: wide, thin } = places.of(box.process);
        const indent = thin ? Math.min(6, box.depth * 2) : places.indent(box.depth);
        const kind = trace.functions[box.name]?.kind ?? 'function';
        return (
          <rect
            key={`${box.process}${box.name}${box.from}${box.depth}`}
            class={`sd-box sd-box-${kind}`}
            x={x + indent + 1}
            y={box.from * ROW + 1.5}
            width={Math.max(4, wide - indent - 3 - (thin ? 0 : box.depth))}
            height={(box.to - box.from + 1) * ROW - 3}
            rx={3}
          />
        );
      })}
      {rows.map((row, i) => {
        const place = places.of(row.process);
        return row.kind === 'step' && place.thin ? (
          <circle key={row.step} class="sd-dot" cx={place.x + place.width / 2} cy={i * ROW + ROW / 2} r={4} />
        ) : null;
      })}
      {arrowsOf(trace, rows).map((arrow, i) => (
        <ArrowView key={i} arrow={arrow} places={places} />
      ))}
    </svg>
  );
}
const KINDS = ['ipi', 'broadcast', 'lock', 'rcu', 'wait', 'overtaken'];

function ArrowView({ arrow, places }: { readonly arrow: Arrow; readonly places: Places }) {
  const [from, to] = [places.of(arrow.fromProcess), places.of(arrow.toProcess)];
  const right = to.x >= from.x;
  const x1 = from.thin ? from.x + from.width / 2 : right ? from.x + from.width - 4 : from.x + 2;
  const x2 = to.thin ? to.x + to.width / 2 + (right ? -5 : 5) : right ? to.x + 1 : to.x + to.width - 2;
  const [y1, y2] = [arrow.fromRow * ROW + ROW / 2, arrow.toRow * ROW + ROW / 2];
  const bend = Math.max(18, Math.min(70, Math.abs(x2 - x1) / 2));
  const same = arrow.fromProcess === arrow.toProcess;
  const path = same
    ? `M${x1} ${y1}C${x1 + 30} ${y1} ${x1 + 30} ${y2} ${x1} ${y2}`
    : `M${x1} ${y1}C${x1 + (right ? bend : -bend)} ${y1} ${x2 - (right ? bend : -bend)} ${y2} ${x2} ${y2}`;
  return (
    <g class={`sd-arrow sd-arrow-${arrow.kind}${arrow.answer ? ' sd-arrow-answer' : ''}`}>
      <path d={path} marker-end={`url(#sd-tip-${arrow.kind})`} />
      <text x={(x1 + x2) / 2} y={(y1 + y2) / 2 - 3}>
        {arrow.label}
      </text>
    </g>
  );
}

/** Where a thread cannot move: its lane is hatched, with whom it waits for. */
function Waits({
  trace,
  rows,
  places,
}: {
  readonly trace: Trace;
  readonly rows: readonly Row[];
  readonly places: Places;
}) {
  return (
    <>
      {waitsOf(trace, rows).map((wait) => {
        const place = places.of(wait.process);
        if (place.thin) return null;
        return (
          <div
            key={`${wait.process}${wait.fromRow}`}
            class={`sd-wait${wait.interrupted ? ' sd-wait-interrupted' : ''}`}
            style={{
              left: `${place.x + 3}px`,
              width: `${place.width - 8}px`,
              top: `${wait.fromRow * ROW + 2}px`,
              height: `${Math.max(1, wait.toRow - wait.fromRow) * ROW - 4}px`,
            }}
          >
            <span title={wait.text}>{wait.text}</span>
          </div>
        );
      })}
    </>
  );
}
