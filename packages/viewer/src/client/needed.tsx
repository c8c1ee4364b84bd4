/** What a story needs: each synchronising step that was left out, and what broke without it. */
import type { Ablated } from '@shootdown/core';
import { keyOf } from '../book.ts';
import { variantWords } from './words.ts';

export function Needed({
  ablated,
  chosen,
  onChoose,
}: {
  readonly ablated: readonly Ablated[];
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
}) {
  return (
    <section class="sd-needed" aria-label="Steps that were left out">
      {ablated.map((one) => (
        <div key={`${one.workload}${one.variant}${one.arch}`}>
          <h2>
            {one.workload}
            <small>
              {variantWords(one.variant)} on <b>{one.arch}</b>
            </small>
          </h2>
          <p>
            {one.base.configuration}. As it is nothing breaks ({one.base.evidence.grade},{' '}
            {one.base.evidence.states.toLocaleString('en-US')} states). {one.removals.length} steps were left out, one
            call site at a time:{' '}
            <b class="sd-bad">{one.removals.filter(({ word }) => word === 'needed').length} are needed</b>.
          </p>
          <div class="sd-scroll">
            <table>
              <thead>
                <tr>
                  {['step', 'in', 'needed?', 'what breaks without it'].map((head) => (
                    <th key={head} scope="col">
                      {head}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {ordered(one).map((removal) => (
                  <Row key={`${removal.step}${removal.in}`} removal={removal} chosen={chosen} onChoose={onChoose} />
                ))}
              </tbody>
            </table>
          </div>
        </div>
      ))}
    </section>
  );
}

type Removal = Ablated['removals'][number];
const ORDER: readonly Removal['word'][] = ['needed', 'open', 'not shown to be needed'];
const ordered = ({ removals }: Ablated): readonly Removal[] =>
  removals.toSorted((a, b) => ORDER.indexOf(a.word) - ORDER.indexOf(b.word));

function Row({
  removal: { step, says, in: where, word, verdict, mistake },
  chosen,
  onChoose,
}: {
  readonly removal: Removal;
  readonly chosen: string | undefined;
  readonly onChoose: (key: string) => void;
}) {
  const key = keyOf(verdict);
  return (
    <tr>
      <th scope="row" title={says}>
        {step}
      </th>
      <td>
        <code>{where}</code>
      </td>
      <td>
        {word === 'needed' ? (
          <button
            type="button"
            class="sd-cell sd-bad"
            title="Shows how it breaks"
            {...(key === chosen && { 'aria-current': 'true' })}
            onClick={() => onChoose(key)}
          >
            needed
          </button>
        ) : (
          <span class="sd-soft">{word}</span>
        )}
      </td>
      <td>
        {word === 'needed' && verdict.counterexample
          ? `${verdict.counterexample.claim}: does not hold, in ${verdict.counterexample.length} steps`
          : mistake
            ? `the code left what is modelled: ${mistake.what}`
            : ''}
      </td>
    </tr>
  );
}
