/** Moving through an execution: buttons, a slider, and how much of it is shown. */
import type { Detail } from '../model/rows.ts';
import type { Beat } from '../model/story.ts';

export interface ControlsProps {
  readonly step: number;
  readonly last: number;
  readonly stops: readonly number[];
  readonly story: readonly Beat[];
  readonly playing: boolean;
  readonly detail: Detail;
  readonly onStep: (step: number) => void;
  readonly onPlay: () => void;
  readonly onDetail: (detail: Detail) => void;
}

const DETAILS: readonly (readonly [Detail, string, string])[] = [
  ['story', 'what matters', 'Only the steps that lead to the breach'],
  ['shared', 'what others see', 'Steps that concern another CPU too'],
  ['all', 'every step', 'Nothing folded'],
];

export function Controls({ step, last, stops, story, playing, detail, onStep, onPlay, onDetail }: ControlsProps) {
  return (
    <div class="sd-controls" role="group" aria-label="Move through the execution">
      <button type="button" title="First step (Home)" aria-label="First step" onClick={() => onStep(1)}>
        <Icon path="M1 1h2v10H1zM11 1v10L4 6z" />
      </button>
      <button type="button" title="Step back (←)" aria-label="Step back" onClick={() => onStep(step - 1)}>
        <Icon path="M10 1v10L2 6z" />
      </button>
      <button
        type="button"
        class="sd-play"
        title="Play (space)"
        aria-label={playing ? 'Pause' : 'Play'}
        onClick={onPlay}
      >
        <Icon path={playing ? 'M2 1h3v10H2zM7 1h3v10H7z' : 'M2 0l9 6l-9 6z'} />
      </button>
      <button type="button" title="Step on (→)" aria-label="Step on" onClick={() => onStep(step + 1)}>
        <Icon path="M2 1v10L10 6z" />
      </button>
      <span class="sd-slide">
        <input
          type="range"
          min={1}
          max={last}
          value={step}
          aria-label="Step"
          aria-valuetext={`step ${step} of ${last}`}
          onInput={(e) => onStep(Number(e.currentTarget.value))}
        />
        <span class="sd-ticks" aria-hidden="true">
          {story.map((beat) => (
            <i
              key={beat.step}
              class={`sd-beat-${beat.role}`}
              style={{ left: `${((beat.step - 1) / Math.max(1, last - 1)) * 100}%` }}
            />
          ))}
        </span>
      </span>
      <span class="sd-count">
        step <b>{step}</b> of {last}
      </span>
      <span class="sd-details" role="group" aria-label="How much is shown">
        {DETAILS.map(([name, words, title]) => (
          <button key={name} type="button" title={title} aria-pressed={detail === name} onClick={() => onDetail(name)}>
            {words}
          </button>
        ))}
      </span>
      <span class="sd-keys">
        <kbd>←</kbd> <kbd>→</kbd> step, <kbd>↑</kbd> <kbd>↓</kbd> row, <kbd>n</kbd> <kbd>p</kbd> what matters,{' '}
        <kbd>space</kbd> play
        {stops.length === 0 && ' (nothing to show)'}
      </span>
    </div>
  );
}

const Icon = ({ path }: { readonly path: string }) => (
  <svg class="sd-icon" viewBox="0 0 12 12" aria-hidden="true">
    <path d={path} />
  </svg>
);
