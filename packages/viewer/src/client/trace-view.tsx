/** One execution: what matters, lanes, and the state at the chosen step. */
import type { Trace, Verdict } from '@shootdown/core';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { inHand } from '../model/in-hand.ts';
import { lanesOf } from '../model/lanes.ts';
import { rowsOf, type Detail, type Row } from '../model/rows.ts';
import { statesOf } from '../model/states.ts';
import { breachOf, storyOf, type Beat } from '../model/story.ts';
import { shapeOf, treeAt } from '../model/tree.ts';
import { Controls, type ControlsProps } from './controls.tsx';
import { LanesView } from './lanes-view.tsx';
import { StatePanel, StepPanel } from './panels.tsx';
import { TreeDrawing } from './tree-view.tsx';
import { variantWords } from './words.ts';

export interface TraceViewProps {
  readonly trace: Trace;
  readonly verdict: Pick<Verdict, 'workload' | 'variant' | 'arch'> & {
    /** Entries of a table from the top level down, such as `2x2x2`. */
    readonly geometry: string;
  };
  /** Distinguishes several pictures on one page. */
  readonly id: string;
  readonly step?: number;
  readonly onStep?: (step: number) => void;
  /** How much is shown at first (default: what others see). */
  readonly detail?: Detail;
  /** Plays when it comes into sight. */
  readonly plays?: boolean;
}

const PLAY_MS = 900;

/** Everything about a trace that does not depend on the chosen step. */
function useTold(trace: Trace, geometry: string) {
  return useMemo(
    () => ({
      story: storyOf(trace),
      breach: breachOf(trace),
      states: statesOf(trace),
      shape: shapeOf(trace, geometry),
      lanes: lanesOf(trace),
      last: trace.events.length,
    }),
    [trace, geometry],
  );
}

export function TraceView({
  trace,
  verdict,
  id,
  step: asked,
  onStep,
  detail: first = 'shared',
  plays = false,
}: TraceViewProps) {
  const { story, breach, states, shape, lanes, last } = useTold(trace, verdict.geometry);
  const [chosen, setChosen] = useState(asked ?? firstStep(story, last));
  const step = Math.min(Math.max(1, chosen), last);
  const [{ detail, open }, setShown] = useState<Shown>({ detail: first, open: new Set() });
  const [playing, setPlaying] = useState(plays && !stillness());
  const rows = useMemo(() => rowsOf(trace, story, detail, open), [trace, story, detail, open]);
  const [box, width] = useWidth();
  const go = (to: number): void => {
    const next = Math.min(Math.max(1, to), last);
    setChosen(next);
    onStep?.(next);
  };
  const show = (to: Detail): void => setShown({ detail: to, open: new Set() });
  const unfold = (from: number): void => setShown({ detail, open: new Set([...open, from]) });
  const stops = stopsOf(rows);
  usePlaying(playing, () => {
    const next = stops.find((at) => at > step);
    if (next === undefined) setPlaying(false);
    else go(next);
  });
  const event = trace.events[step - 1];
  if (!event) return <p class="sd-note">Nothing happens in this execution.</p>;
  const tree = treeAt(trace, shape, states[step]!, event.changes);
  const guilty = new Set(story.flatMap(({ cells }) => cells));
  const hands = inHand(trace, states, step);
  const moves = {
    step,
    last,
    stops,
    story,
    playing,
    detail,
    onStep: go,
    onPlay: () => setPlaying(!playing),
    onDetail: show,
  };
  return (
    <section
      class="sd-trace"
      aria-label={`${verdict.workload}, ${variantWords(verdict.variant)}, on ${verdict.arch}`}
      tabIndex={0}
      onKeyDown={(e) => onKey(e, moves)}
    >
      <Story story={story} breach={breach} step={step} onStep={go} />
      <Controls {...moves} />
      <div class="sd-main">
        <div class="sd-left" ref={box}>
          <LanesView {...{ trace, lanes, rows, story, step, width, id }} onStep={go} onUnfold={unfold} />
        </div>
        <aside class="sd-side" aria-label="The state at this step">
          <StepPanel trace={trace} event={event} />
          <TreeDrawing tree={tree} hands={hands} guilty={guilty} />
          <StatePanel trace={trace} state={states[step]!} tree={tree} hands={hands} step={step} />
        </aside>
      </div>
      <p class="sd-sr" aria-live="polite">
        Step {step} of {last}: {event.process}, {event.text}
      </p>
    </section>
  );
}

/** The steps that matter, in order: the race in a minute. */
function Story({
  story,
  breach,
  step,
  onStep,
}: {
  readonly story: readonly Beat[];
  readonly breach: ReturnType<typeof breachOf>;
  readonly step: number;
  readonly onStep: (step: number) => void;
}) {
  if (!breach && story.length === 0) return null;
  return (
    <div class="sd-story">
      <ol>
        {story.map((beat, i) => (
          <li key={beat.step}>
            <button
              type="button"
              class={`sd-beat-${beat.role}`}
              {...(beat.step === step && { 'aria-current': 'step' })}
              onClick={() => onStep(beat.step)}
            >
              <b class="sd-badge">{i + 1}</b>
              <span class="sd-at">step {beat.step}</span> {beat.text}
            </button>
          </li>
        ))}
      </ol>
      {breach && (
        <p class="sd-breach" role="note">
          <b>Broken:</b> <q data-claim>{breach.claim}</q>
          {breach.seen && <> — {breach.seen}.</>}
        </p>
      )}
    </div>
  );
}

/** How much is shown: a detail, and runs that were unfolded beyond it. */
interface Shown {
  readonly detail: Detail;
  readonly open: ReadonlySet<number>;
}

/** Steps at which moving by rows stops. */
const stopsOf = (rows: readonly Row[]): readonly number[] =>
  rows.flatMap((row) => (row.kind === 'enter' ? [] : [row.kind === 'fold' ? row.to : row.step]));

const firstStep = (story: readonly Beat[], last: number): number => story[0]?.step ?? Math.min(1, last);

/** Does the reader want things to stand still? */
const stillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches;

function onKey(e: KeyboardEvent, moves: ControlsProps): void {
  const { step, last, stops, story, onStep: go, onPlay: play, onDetail: detail } = moves;
  const target = e.target as HTMLElement;
  const typed = target.matches('input, select, textarea');
  const next = (among: readonly number[], forth: boolean): number =>
    (forth ? among.find((at) => at > step) : among.findLast((at) => at < step)) ?? step;
  const beats = story.map((beat) => beat.step);
  const does: Readonly<Record<string, () => void>> = {
    ArrowRight: () => go(step + 1),
    ArrowLeft: () => go(step - 1),
    ArrowDown: () => go(next(stops, true)),
    ArrowUp: () => go(next(stops, false)),
    n: () => go(next(beats, true)),
    p: () => go(next(beats, false)),
    Home: () => go(1),
    End: () => go(last),
    ' ': play,
    1: () => detail('story'),
    2: () => detail('shared'),
    3: () => detail('all'),
  };
  const act = does[e.key];
  if (!act || e.ctrlKey || e.metaKey || e.altKey || typed || (e.key === ' ' && target.matches('button'))) return;
  e.preventDefault();
  act();
}

function useWidth() {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(760);
  useEffect(() => {
    if (!box.current) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 760)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  return [box, width] as const;
}

function usePlaying(playing: boolean, next: () => void): void {
  const latest = useRef(next);
  latest.current = next;
  useEffect(() => {
    if (!playing) return undefined;
    const timer = setInterval(() => latest.current(), PLAY_MS);
    return () => clearInterval(timer);
  }, [playing]);
}
