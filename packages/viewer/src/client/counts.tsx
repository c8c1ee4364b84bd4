/** What operations cost, as bars: a card for each operation, architectures down, what the other CPUs do across. */
import type { Counted } from '../book.ts';

/** Interrupts by what they are for, in the order in which bars show them. */
const DRAWN = ['tlbIpis', 'syncIpis', 'lazyExitIpis'] as const;
const SAYS: Readonly<Record<(typeof DRAWN)[number], string>> = {
  tlbIpis: 'to flush TLBs',
  syncIpis: 'to wait until walkers without locks have left',
  lazyExitIpis: 'to send idle CPUs away from an address space',
};
const MODES: Readonly<Record<string, string>> = {
  solo: 'nothing of the process ever ran on the other CPUs',
  spin3: 'three threads run on the other CPUs',
  lazy3: 'three threads sleep there: the CPUs are idle and have the address space loaded',
  exited3: 'as lazy3, but the threads have exited',
  away3: 'as lazy3, but another process runs there now',
};

export function Counts({ measured }: { readonly measured: readonly Counted[] }) {
  const operations = [...new Set(measured.map(({ operation }) => operation))];
  const modes = [...new Set(measured.map(({ mode }) => mode))];
  return (
    <section class="sd-counts" aria-label="Counts">
      <h2>Interrupts and flushes</h2>
      <p class="sd-legend">
        Interrupts:{' '}
        {DRAWN.map((column) => (
          <span key={column}>
            <i class={`sd-bar-${column}`} /> {SAYS[column]}
          </span>
        ))}
        Behind their number the flushes (fl.) that were asked for. Architectures that cost the same stand in one row.
      </p>
      <dl class="sd-modes">
        {modes.map((mode) => (
          <div key={mode}>
            <dt>{mode}</dt>
            <dd>{MODES[mode] ?? ''}</dd>
          </div>
        ))}
      </dl>
      <div class={modes.length > 2 ? 'sd-cards sd-cards-wide' : 'sd-cards'}>
        {operations.map((operation) => (
          <Card
            key={operation}
            operation={operation}
            modes={modes}
            rows={measured.filter((one) => one.operation === operation)}
          />
        ))}
      </div>
    </section>
  );
}

function Card({
  operation,
  modes,
  rows,
}: {
  readonly operation: string;
  readonly modes: readonly string[];
  readonly rows: readonly Counted[];
}) {
  const most = Math.max(1, ...rows.map(interruptsOf));
  return (
    <figure class="sd-card">
      <figcaption>{operation}</figcaption>
      <table>
        <thead>
          <tr>
            <th scope="col">
              <span class="sd-sr">architectures</span>
            </th>
            {modes.map((mode) => (
              <th key={mode} scope="col" title={MODES[mode]}>
                {mode}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {grouped(rows, modes).map(({ archs, cells }) => (
            <tr key={archs[0]}>
              <th scope="row">{archs.join(', ')}</th>
              {cells.map((one, i) => (
                <td key={modes[i]}>{one && <Bar one={one} most={most} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Bar({ one, most }: { readonly one: Counted; readonly most: number }) {
  const all = interruptsOf(one);
  const { flushCalls } = one.columns;
  if (one.notModelled !== undefined) return <small title={one.notModelled}>not modelled</small>;
  return (
    <span class="sd-bars">
      <span class="sd-bar" aria-hidden="true">
        {DRAWN.map((column) =>
          one.columns[column] > 0 ? (
            <i
              key={column}
              class={`sd-bar-${column}`}
              style={{ width: `${(one.columns[column] / most) * 100}%` }}
              title={`${one.columns[column]} interrupts ${SAYS[column]}`}
            />
          ) : null,
        )}
      </span>
      <b class={all > 0 ? '' : 'sd-none'} title="interrupts">
        {all}
        <span class="sd-sr"> interrupts, </span>
      </b>
      <small title={`${flushCalls} flushes asked for`}>{flushCalls} fl.</small>
    </span>
  );
}

const interruptsOf = ({ columns }: Counted): number => DRAWN.reduce((sum, column) => sum + columns[column], 0);

/** Architectures with the same counts in all modes together, the dearest first. */
function grouped(rows: readonly Counted[], modes: readonly string[]) {
  const groups = new Map<string, { readonly archs: string[]; readonly cells: readonly (Counted | undefined)[] }>();
  for (const arch of new Set(rows.map((row) => row.arch))) {
    const cells = modes.map((mode) => rows.find((row) => row.arch === arch && row.mode === mode));
    const key = JSON.stringify(cells.map((cell) => cell && [cell.columns, cell.notModelled]));
    const known = groups.get(key);
    if (known) known.archs.push(arch);
    else groups.set(key, { archs: [arch], cells });
  }
  const cost = (cells: readonly (Counted | undefined)[]): number =>
    cells.reduce((sum, cell) => sum + (cell ? interruptsOf(cell) : 0), 0);
  return [...groups.values()].sort((a, b) => cost(b.cells) - cost(a.cells));
}
