/** Contracts of hooks, with what was measured of them. */
import type { Frequency } from '@shootdown/core';
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
