/** Races by architectures: a cell is a verdict, before the fix and after it. */
import type { Comparison, Verdict } from '@shootdown/core';
import { useState } from 'preact/hooks';
import { keyOf } from '../book.ts';
import { toneOf, wordOf } from './words.ts';

export function Matrix({
  comparison,
  leftOut,
  chosen,
  onChoose,
}: {
  readonly comparison: Comparison;
  /** Races that were not judged. */
  readonly leftOut: readonly string[];
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
}) {
  const { archs, rows } = comparison;
  const [folded, setFolded] = useState(rows.length > 6);
  const shown = folded
    ? rows.filter(
        ({ cells }, i) =>
          i < 5 || cells.some(({ before, after }) => keyOf(before) === chosen || keyOf(after) === chosen),
      )
    : rows;
  const verdicts = rows.flatMap(({ cells }) => cells.flatMap(({ before, after }) => [before, after]));
  const broken = verdicts.filter(({ counterexample }) => counterexample).length;
  const proved = verdicts.filter(({ evidence }) => evidence.grade === 'proved').length;
  const open = verdicts.filter(({ outcome }) => outcome === 'bound' || outcome === 'interrupted').length;
  const states = verdicts.reduce((sum, { evidence }) => sum + evidence.states, 0);
  return (
    <section class="sd-matrix" aria-label="Races by architectures">
      <p class="sd-sum">
        {rows.length} races on {archs.length} architectures, before and after their fix:{' '}
        <b class="sd-good">{proved} proved</b>, <b class="sd-bad">{broken} broken</b>,{' '}
        {open > 0 && (
          <>
            <b class="sd-open">{open} still open</b>,{' '}
          </>
        )}
        {states.toLocaleString('en-US')} states. A cell leads to its picture.
      </p>
      <div class="sd-scroll" role="region" aria-label="The table scrolls sideways" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">race</th>
              {archs.map((arch) => (
                <th key={arch} scope="col">
                  {arch}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row) => (
              <RaceRow key={row.id} row={row} archs={archs} chosen={chosen} onChoose={onChoose} />
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > 6 && (
        <button type="button" class="sd-more" aria-expanded={!folded} onClick={() => setFolded(!folded)}>
          {folded ? `all ${rows.length} races` : 'fewer races'}
        </button>
      )}
      {leftOut.length > 0 && (
        <p class="sd-note" data-left-out>
          Not judged, because the searches are long: {leftOut.join(', ')}. They are judged when they are named:{' '}
          <code>npx shootdown report {leftOut[0]}</code>
        </p>
      )}
    </section>
  );
}

function RaceRow({
  row: { id, title, year, cells, mistakes = [] },
  archs,
  chosen,
  onChoose,
}: {
  readonly row: Comparison['rows'][number];
  readonly archs: readonly string[];
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
}) {
  return (
    <tr>
      <th scope="row" title={`${title} (${year})`}>
        {id}
        <small>{title}</small>
      </th>
      {archs.map((arch) => {
        const cell = cells.find((one) => one.arch === arch);
        const mistake = mistakes.find((one) => one.arch === undefined || one.arch === arch);
        if (!cell) return <td key={arch}>{mistake && <span title={mistake.what}>!</span>}</td>;
        return (
          <td key={arch}>
            {[cell.before, cell.after].map((verdict) => (
              <CellButton
                key={verdict.variant}
                verdict={verdict}
                chosen={chosen === keyOf(verdict)}
                onChoose={onChoose}
              />
            ))}
          </td>
        );
      })}
    </tr>
  );
}

function CellButton({
  verdict,
  chosen,
  onChoose,
}: {
  readonly verdict: Verdict;
  readonly chosen: boolean;
  readonly onChoose: (key: string) => void;
}) {
  const { variant, outcome } = verdict;
  return (
    <button
      type="button"
      class={`sd-cell sd-${toneOf(outcome)}`}
      title={`${verdict.workload} ${variant} the fix on ${verdict.arch}: ${wordOf(outcome)}`}
      {...(chosen && { 'aria-current': 'true' })}
      onClick={() => onChoose(keyOf(verdict))}
    >
      <small>{variant === 'before' ? 'before' : 'after'}</small> {wordOf(outcome)}
    </button>
  );
}
