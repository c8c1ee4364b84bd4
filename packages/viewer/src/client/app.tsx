/** A whole page: the matrix, and whatever is chosen in it. */
import type { Parting, Verdict } from '@shootdown/core';
import { useEffect, useState } from 'preact/hooks';
import { besideOf, keyOf, verdictsIn, type Book } from '../book.ts';
import { Matrix } from './matrix.tsx';
import { Counts } from './counts.tsx';
import { EffectView } from './effect-view.tsx';
import { Needed } from './needed.tsx';
import { PartingView } from './parting-view.tsx';
import { TraceView } from './trace-view.tsx';
import { Contracts } from './tables.tsx';
import { searchCommand, searchWords, toneOf, variantWords, wordOf } from './words.ts';

interface Place {
  readonly key?: string;
  readonly step?: number;
  /** Architecture that is followed beside it. */
  readonly beside?: string;
}

export function App({ book, embedded, id }: { readonly book: Book; readonly embedded: boolean; readonly id: string }) {
  const verdicts = verdictsIn(book);
  const [place, setPlace] = usePlace(embedded);
  const chosen = verdicts.find((verdict) => keyOf(verdict) === place.key) ?? firstBroken(verdicts);
  const go = (to: Place): void => setPlace(to);
  return (
    <div class={`sd${embedded ? ' sd-embedded' : ''}`}>
      {!embedded && <Top book={book} />}
      {book.comparison && (
        <Matrix
          comparison={book.comparison}
          leftOut={book.leftOut ?? []}
          chosen={chosen && keyOf(chosen)}
          onChoose={(key) => go({ key })}
        />
      )}
      {book.ablated && (
        <Needed ablated={book.ablated} chosen={chosen && keyOf(chosen)} onChoose={(key) => go({ key })} />
      )}
      {!book.comparison && !book.ablated && verdicts.length > 1 && (
        <Tabs verdicts={verdicts} chosen={chosen} onChoose={(key) => go({ key })} />
      )}
      {chosen && (
        <VerdictView
          key={keyOf(chosen)}
          book={book}
          verdict={chosen}
          verdicts={verdicts}
          id={id}
          place={place}
          onPlace={(more) => go({ key: keyOf(chosen), ...more })}
          onChoose={(key) => go({ key })}
        />
      )}
      {book.replay && (
        <article class="sd-verdict">
          <header class="sd-title">
            <h2>
              {book.replay.workload}
              <small>
                {variantWords(book.replay.variant)} on <b>{book.replay.arch}</b>
              </small>
            </h2>
            <p>
              <span class="sd-label">Kernel</span> {book.replay.configuration}.
            </p>
          </header>
          {book.replay.within !== undefined && (
            <EffectView trace={book.replay.trace} name={book.replay.within} geometry={book.replay.geometry} />
          )}
          <TraceView
            trace={book.replay.trace}
            verdict={book.replay}
            id={id}
            plays={book.plays ?? false}
            {...(book.replay.start !== undefined && { step: book.replay.start, detail: 'all' as const })}
          />
        </article>
      )}
      {book.measured && <Counts measured={book.measured} />}
      {book.contracts && <Contracts contracts={book.contracts} frequencies={book.frequencies ?? []} />}
    </div>
  );
}

const firstBroken = (verdicts: readonly Verdict[]): Verdict | undefined =>
  verdicts.find(({ counterexample }) => counterexample) ?? verdicts[0];

function Top({ book }: { readonly book: Book }) {
  return (
    <header class="sd-top">
      <h1>{book.title}</h1>
      <p>
        Made by <code>{book.command}</code> (shootdown {book.version})
      </p>
    </header>
  );
}

function Tabs({
  verdicts,
  chosen,
  onChoose,
}: {
  readonly verdicts: readonly Verdict[];
  readonly chosen: Verdict | undefined;
  readonly onChoose: (key: string) => void;
}) {
  return (
    <nav class="sd-tabs" aria-label="Verdicts">
      {verdicts.map((verdict) => (
        <button
          key={keyOf(verdict)}
          type="button"
          class={`sd-${toneOf(verdict.outcome)}`}
          {...(verdict === chosen && { 'aria-current': 'true' })}
          onClick={() => onChoose(keyOf(verdict))}
        >
          <b>{wordOf(verdict.outcome)}</b> {verdict.arch}, {variantWords(verdict.variant)}
          {new Set(verdicts.map(({ workload }) => workload)).size > 1 && `: ${verdict.workload}`}
        </button>
      ))}
    </nav>
  );
}

interface VerdictProps {
  readonly book: Book;
  readonly verdict: Verdict;
  readonly verdicts: readonly Verdict[];
  readonly id: string;
  readonly place: Place;
  readonly onPlace: (place: Place) => void;
  readonly onChoose: (key: string) => void;
}

function VerdictView({ book, verdict, verdicts, id, place, onPlace, onChoose }: VerdictProps) {
  const { counterexample } = verdict;
  const partings = (book.partings ?? []).filter(
    ({ workload, variant, leader }) =>
      workload === verdict.workload && variant === verdict.variant && leader === verdict.arch,
  );
  const beside = partings.find((parting) => besideOf(parting) === place.beside);
  const replay = counterexample && `npx shootdown replay ${counterexample.token}`;
  return (
    <article class="sd-verdict">
      <Head book={book} verdict={verdict} verdicts={verdicts} onChoose={onChoose} />
      {partings.length > 0 && counterexample && (
        <Besides
          partings={partings}
          verdict={verdict}
          verdicts={verdicts}
          chosen={beside}
          onChoose={(arch) => onPlace(arch === undefined ? {} : { beside: arch })}
        />
      )}
      {counterexample &&
        (beside ? (
          <PartingView
            parting={beside}
            leading={counterexample.trace}
            verdict={verdict}
            other={otherOf(beside, verdict, verdicts)}
            id={id}
          />
        ) : (
          <TraceView
            trace={counterexample.trace}
            verdict={{ ...verdict, geometry: verdict.evidence.geometry }}
            id={id}
            plays={book.plays ?? false}
            {...(place.step !== undefined && { step: place.step })}
            onStep={(step) => onPlace({ step })}
          />
        ))}
      <div class="sd-foot">
        <p data-search>{searchWords(verdict)}</p>
        {counterexample && replay && (
          <p>
            Run it again: <code data-replay>{replay}</code> <Copy text={replay} />
          </p>
        )}
        <p>
          Search again: <code data-search-again>{searchCommand(verdict)}</code>
        </p>
      </div>
    </article>
  );
}

/** The verdict on what a counterexample is followed on. */
const otherOf = (
  parting: Parting,
  { arch, workload, variant }: Verdict,
  verdicts: readonly Verdict[],
): Verdict | undefined => {
  const wanted = parting.fixed ? { arch, variant: parting.fixed.variant } : { arch: besideOf(parting), variant };
  return verdicts.find(
    (one) => one.workload === workload && one.variant === wanted.variant && one.arch === wanted.arch,
  );
};

function Head({ book, verdict, verdicts, onChoose }: Pick<VerdictProps, 'book' | 'verdict' | 'verdicts' | 'onChoose'>) {
  const { workload, variant, arch, configuration, outcome, reason } = verdict;
  const title = book.titles?.[workload] ?? book.comparison?.rows.find(({ id }) => id === workload)?.title;
  const fixed = (book.partings ?? []).find((one) => one.fixed && one.workload === workload && one.leader === arch);
  // A kernel with a step left out has no fix.
  const twin = variant.includes('/')
    ? undefined
    : verdicts.find((one) => one.workload === workload && one.arch === arch && one.variant !== variant);
  return (
    <header class="sd-title">
      <h2>
        <span class={`sd-word sd-${toneOf(outcome)}`}>{wordOf(outcome)}</span> {workload}
        <small>
          {variantWords(variant)} on <b>{arch}</b>
        </small>
      </h2>
      {title && <p class="sd-lead">{title}.</p>}
      <p>
        <span class="sd-label">Kernel</span> {configuration}.
      </p>
      {!twin && fixed?.fixed && (
        <p data-twin>
          <span class="sd-label">The fix</span> {fixed.fixed.configuration}.
        </p>
      )}
      {reason && <p>{reason}</p>}
      {twin && (
        <p data-twin>
          <span class="sd-label">{variant === 'before' ? 'The fix' : variant === 'after' ? 'Before it' : 'Also'}</span>{' '}
          {twin.configuration}:{' '}
          <button type="button" class={`sd-link sd-${toneOf(twin.outcome)}`} onClick={() => onChoose(keyOf(twin))}>
            {wordOf(twin.outcome)}
          </button>
          {twin.outcome === 'clean' &&
            ` (${twin.evidence.grade}, ${twin.evidence.states.toLocaleString('en-US')} states)`}
        </p>
      )}
    </header>
  );
}

/** What the same execution comes to on other architectures. */
function Besides({
  partings,
  verdict,
  verdicts,
  chosen,
  onChoose,
}: {
  readonly partings: readonly Parting[];
  readonly verdict: Verdict;
  readonly verdicts: readonly Verdict[];
  readonly chosen: Parting | undefined;
  readonly onChoose: (arch: string | undefined) => void;
}) {
  return (
    <nav class="sd-tabs sd-besides" aria-label="Beside another architecture">
      <span>The same execution</span>
      <button type="button" {...(!chosen && { 'aria-current': 'true' })} onClick={() => onChoose(undefined)}>
        on {verdict.arch}
      </button>
      {partings.map((parting) => {
        const arch = besideOf(parting);
        const other = otherOf(parting, verdict, verdicts);
        return (
          <button
            key={arch}
            type="button"
            class={other ? `sd-${toneOf(other.outcome)}` : ''}
            {...(parting === chosen && { 'aria-current': 'true' })}
            onClick={() => onChoose(arch)}
          >
            beside {arch} {other && <b>{wordOf(other.outcome)}</b>}
          </button>
        );
      })}
    </nav>
  );
}

function Copy({ text }: { readonly text: string }) {
  const [done, setDone] = useState(false);
  return (
    <button
      type="button"
      class="sd-copy"
      onClick={() => {
        void navigator.clipboard?.writeText(text).then(() => setDone(true));
      }}
    >
      {done ? 'copied' : 'copy'}
    </button>
  );
}

/** Where one is, kept in the address of the page, so that a link leads to a step. */
function usePlace(embedded: boolean): readonly [Place, (place: Place) => void] {
  const [place, setPlace] = useState<Place>(() => (embedded ? {} : readPlace(location.hash)));
  useEffect(() => {
    if (embedded) return undefined;
    const read = (): void => setPlace(readPlace(location.hash));
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, [embedded]);
  const go = (to: Place): void => {
    if (!embedded) history.replaceState(null, '', `#${writePlace(to)}`);
    setPlace(to);
  };
  return [place, go];
}

/** `workload/variant/arch?step=5&beside=x86-64` */
function readPlace(hash: string): Place {
  const [key = '', query = ''] = decodeURIComponent(hash.slice(1)).split('?');
  const asked = new URLSearchParams(query);
  const step = Number(asked.get('step'));
  const beside = asked.get('beside');
  return { ...(key && { key }), ...(step > 0 && { step }), ...(beside && { beside }) };
}
function writePlace({ key = '', step, beside }: Place): string {
  const query = new URLSearchParams({
    ...(step !== undefined && { step: String(step) }),
    ...(beside !== undefined && { beside }),
  }).toString();
  return query ? `${key}?${query}` : key;
}
