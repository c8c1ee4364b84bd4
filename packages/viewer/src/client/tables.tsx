/** Contracts of hooks with what was measured of them, and counts of operations as bars. */
import type { Frequency, Measured } from '@shootdown/core';
import type { ContractPage } from '../book.ts';

export function Contracts({
  contracts,
  frequencies,
}: {
  readonly contracts: readonly ContractPage[];
  readonly frequencies: readonly Frequency[];
}) {
  return (
    <section class="sd-contracts" aria-label="Contracts of hooks">
      <h2>Contracts</h2>
      {contracts.map((page) => {
        const own = frequencies.filter(({ hook }) => hook === page.hook);
        const archs = [...new Set(own.map(({ arch }) => arch))];
        return (
          <details key={page.hook}>
            <summary>
              <code>{page.hook}</code> {page.does}
            </summary>
            <dl>
              <dt>Locks of the caller</dt>
              <dd>{page.locks.join(', ') || 'none'}</dd>
              <dt>Waits</dt>
              <dd>{page.waits}</dd>
              {page.before.length > 0 && <dt>Before</dt>}
              {page.before.length > 0 && <dd>{page.before.join('; ')}</dd>}
              {page.after.length > 0 && <dt>After</dt>}
              {page.after.length > 0 && <dd>{page.after.join('; ')}</dd>}
              {page.mayDiffer.length > 0 && <dt>May differ</dt>}
              {page.mayDiffer.length > 0 && <dd>{page.mayDiffer.join('; ')}</dd>}
              <dt>Linux</dt>
              <dd>
                {page.source.file}: {page.source.symbol} ({page.source.version})
              </dd>
            </dl>
            {archs.length > 0 && <Frequencies own={own} archs={archs} />}
          </details>
        );
      })}
    </section>
  );
}

function Frequencies({ own, archs }: { readonly own: readonly Frequency[]; readonly archs: readonly string[] }) {
  const claims = [...new Set(own.map(({ claim }) => claim))];
  return (
    <div class="sd-scroll">
      <table>
        <thead>
          <tr>
            <th>claim</th>
            {archs.map((arch) => (
              <th key={arch}>{arch}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {claims.map((claim) => (
            <tr key={claim}>
              <th>{claim}</th>
              {archs.map((arch) => {
                const one = own.find((f) => f.claim === claim && f.arch === arch);
                return <td key={arch}>{one ? one.word : ''}</td>;
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Columns of counts that are drawn, in their order. */
const DRAWN = ['tlbIpis', 'syncIpis', 'lazyExitIpis', 'flushCalls'] as const;

export function Counts({ measured }: { readonly measured: readonly Measured[] }) {
  const operations = [...new Set(measured.map(({ operation }) => operation))];
  const totalOf = (one: Measured): number =>
    DRAWN.reduce((sum, column) => sum + Number((one.columns as unknown as Record<string, number>)[column] ?? 0), 0);
  return (
    <section class="sd-counts" aria-label="Counts">
      <h2>What operations cost</h2>
      <p class="sd-legend">
        {DRAWN.map((column) => (
          <span key={column} class={`sd-bar-${column}`}>
            {column}
          </span>
        ))}
      </p>
      {operations.map((operation) => {
        const rows = measured.filter((one) => one.operation === operation);
        const most = Math.max(1, ...rows.map(totalOf));
        return (
          <figure key={operation}>
            <figcaption>{operation}</figcaption>
            {rows.map((one) => (
              <div key={`${one.arch}${one.mode}`} class="sd-barrow">
                <span>
                  {one.arch} <small>{one.mode}</small>
                </span>
                <span class="sd-bars">
                  {DRAWN.map((column) => {
                    const n = Number((one.columns as unknown as Record<string, number>)[column] ?? 0);
                    return n > 0 ? (
                      <i
                        key={column}
                        class={`sd-bar-${column}`}
                        style={{ width: `${(n / most) * 100}%` }}
                        title={`${column}: ${n}`}
                      />
                    ) : null;
                  })}
                  <small>{one.notModelled ?? totalOf(one)}</small>
                </span>
              </div>
            ))}
          </figure>
        );
      })}
    </section>
  );
}
