/** The page tables at one step: tables by level from the top down, frames below, and what each CPU remembers pointing into them. */
import type { CachedView, FrameView, TableView, TreeView } from '../model/tree.ts';
import type { Held } from '../model/in-hand.ts';
import type { Referent } from '../model/states.ts';
import { short, shortText } from './words.ts';

const WIDTH = 440;
const LEFT = 44;
const TOP = 22;
/** Between two tables of a level. */
const BETWEEN = 14;
const ENTRY = 78;
const TABLE = 40;
const LEVEL = 68;
const CHIP = 20;
const CHAR = 6.35;
/** A letter of what an entry was. */
const SMALL = 5.45;

interface Point {
  readonly x: number;
  readonly y: number;
}
interface ChipAt {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly text: string;
  readonly item: CachedView | Held;
}

interface TreeProps {
  readonly tree: TreeView;
  /** What threads have read and not looked at again. */
  readonly hands: readonly Held[];
  readonly guilty: ReadonlySet<string>;
}

export function TreeDrawing({ tree, hands, guilty }: TreeProps) {
  const sites = sitesOf(tree);
  const { chips, labels, bottom } = chipsOf(tree, hands, sites.frameTop + 62);
  return (
    <svg class="sd-tree" viewBox={`0 0 ${WIDTH} ${bottom}`} role="img" aria-label="Page tables at this step">
      <Tips />
      {tree.levels.map(({ name, tables }, i) => (
        <g key={name}>
          <text class="sd-level" x={0} y={TOP + i * LEVEL + 26}>
            {name}
          </text>
          {tables.map((table) => (
            <Table
              key={table.n}
              table={table}
              at={sites.tables.get(table.n)!}
              wide={entryWidth(tables)}
              guilty={guilty}
            />
          ))}
        </g>
      ))}
      <text class="sd-level" x={0} y={sites.frameTop + 22}>
        page
      </text>
      {tree.frames.map((frame) => (
        <Frame key={frame.n} frame={frame} at={sites.frames.get(frame.n)!} wide={sites.frameWidth} />
      ))}
      <Pointers tree={tree} sites={sites} />
      {labels.map(({ text, y, title }) => (
        <text key={text} class="sd-owner" x={0} y={y}>
          {text}
          <title>{title}</title>
        </text>
      ))}
      {chips.map((chip) => (
        <Chip key={`${chip.item.kind}${chip.item.cell}${chip.text}`} chip={chip} sites={sites} />
      ))}
    </svg>
  );
}

/** Where everything stands, and how wide it is. */
interface Sites {
  readonly tables: ReadonlyMap<number, Point>;
  readonly entries: ReadonlyMap<string, Point>;
  readonly frames: ReadonlyMap<number, Point>;
  readonly frameTop: number;
  readonly frameWidth: number;
  tableWidth(n: number): number;
  /** Where something that is pointed to stands. */
  aim(refers: Referent | undefined): Point | undefined;
}

function sitesOf(tree: TreeView): Sites {
  const tables = new Map<number, Point>();
  const entries = new Map<string, Point>();
  const widths = new Map<number, number>();
  tree.levels.forEach((level, i) => {
    const wide = entryWidth(level.tables);
    const y = TOP + i * LEVEL;
    let x = LEFT;
    for (const table of level.tables) {
      tables.set(table.n, { x, y });
      widths.set(table.n, table.entries.length * wide);
      for (const [at, { cell }] of table.entries.entries()) entries.set(cell, { x: x + (at + 0.5) * wide, y });
      x += table.entries.length * wide + BETWEEN;
    }
  });
  const frameTop = TOP + tree.levels.length * LEVEL;
  const frameWidth = Math.min(84, (WIDTH - LEFT) / Math.max(1, tree.frames.length) - 6);
  const frames = new Map(tree.frames.map(({ n }, i) => [n, { x: LEFT + i * (frameWidth + 6), y: frameTop }]));
  return {
    tables,
    entries,
    frames,
    frameTop,
    frameWidth,
    tableWidth: (n) => widths.get(n) ?? ENTRY,
    aim: (refers) => (refers?.to === 'table' ? tables : refers?.to === 'page' ? frames : undefined)?.get(refers!.n),
  };
}

const Tips = () => (
  <defs>
    {['sd-to', 'sd-to-stale'].map((id) => (
      <marker key={id} id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">
        <path d="M0 0L8 4L0 8z" class={id} />
      </marker>
    ))}
  </defs>
);

/** From each entry to the table or the page that it points to. */
function Pointers({ tree, sites }: { readonly tree: TreeView; readonly sites: Sites }) {
  return (
    <>
      {tree.levels.flatMap(({ tables }) =>
        tables.flatMap(({ entries, linked }) =>
          entries.map(({ cell, refers }) => {
            const from = sites.entries.get(cell)!;
            const to = sites.aim(refers);
            if (!to || !refers) return null;
            const wide = refers.to === 'table' ? Math.min(30, sites.tableWidth(refers.n) / 2) : sites.frameWidth / 2;
            return (
              <Line
                key={cell}
                from={{ x: from.x, y: from.y + TABLE }}
                to={{ x: to.x + wide, y: to.y - 1 }}
                kind={linked ? 'linked' : 'loose'}
              />
            );
          }),
        ),
      )}
    </>
  );
}

/** What somebody remembers, and an arrow to what that leads to. */
function Chip({ chip: { x, y, width, text, item }, sites }: { readonly chip: ChipAt; readonly sites: Sites }) {
  const to = sites.aim(item.refers);
  const stale = item.stale !== undefined;
  const half = sites.frameWidth / 2;
  const path =
    to &&
    (item.refers?.to === 'table'
      ? sideways({ x: x + width - 8, y }, { x: to.x + sites.tableWidth(item.refers.n), y: to.y + TABLE / 2 })
      : `M${x + width / 2} ${y}C${x + width / 2} ${y - 14} ${to.x + half} ${to.y + 66} ${to.x + half} ${to.y + 47}`);
  return (
    <g
      class={`sd-chip sd-chip-${item.kind.replace(' ', '-')}${stale ? ' sd-stale' : ''}`}
      data-cell={item.cell}
      data-stale={item.stale}
    >
      {path && <path class="sd-remembers" d={path} marker-end={`url(#sd-to${stale ? '-stale' : ''})`} />}
      <rect x={x} y={y} width={width} height={CHIP - 3} rx={8} />
      <text x={x + 7} y={y + 12.5}>
        {text}
      </text>
      <title>{item.stale ? `stale: ${item.stale}` : item.cell}</title>
    </g>
  );
}

/** Tables of a level share the width. */
const entryWidth = (tables: readonly TableView[]): number => {
  const entries = tables.reduce((sum, table) => sum + table.entries.length, 0);
  return Math.min(ENTRY, (WIDTH - LEFT - BETWEEN * tables.length) / Math.max(1, entries));
};

const sideways = (from: Point, to: Point): string => {
  const out = Math.min(WIDTH - 4, Math.max(from.x, to.x) + 34);
  return `M${from.x} ${from.y}C${out} ${from.y - 40} ${out} ${to.y} ${to.x + 2} ${to.y}`;
};

function Line({ from, to, kind }: { readonly from: Point; readonly to: Point; readonly kind: string }) {
  const middle = (from.y + to.y) / 2;
  return (
    <path
      class={`sd-points sd-points-${kind}`}
      d={`M${from.x} ${from.y}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`}
      marker-end="url(#sd-to)"
    />
  );
}

function Table({
  table,
  at,
  wide,
  guilty,
}: {
  readonly table: TableView;
  readonly at: Point;
  readonly wide: number;
  readonly guilty: ReadonlySet<string>;
}) {
  const { n, entries, life, linked, rootOf } = table;
  const state = life === 'freed' ? 'freed' : linked ? '' : 'detached';
  return (
    <g class={`sd-table${state ? ` sd-table-${state}` : ''}`} data-table={`T${n}`} data-life={state || 'linked'}>
      <text class="sd-name" x={at.x} y={at.y - 4}>
        T{n}
        {rootOf.map((mm) => ` ← mm${mm}`).join('')}
        {state && ` ${state}`}
      </text>
      {entries.map((entry, i) => (
        <g
          key={entry.cell}
          class={`sd-entry${entry.was === undefined ? '' : ' sd-changed'}${guilty.has(entry.cell) ? ' sd-guilty' : ''}`}
          data-cell={entry.cell}
        >
          <rect x={at.x + i * wide} y={at.y} width={wide} height={TABLE} />
          <text class="sd-index" x={at.x + i * wide + 4} y={at.y + 11}>
            [{entry.index}]
          </text>
          <text class="sd-value" x={at.x + i * wide + 5} y={at.y + 25}>
            {fit(short(entry), wide)}
          </text>
          {entry.was !== undefined && (
            <text class="sd-was" x={at.x + i * wide + 5} y={at.y + 36}>
              {fit(`was ${shortText(entry.was)}`, wide, SMALL)}
            </text>
          )}
          <title>{`${entry.cell}: ${entry.text}${entry.was === undefined ? '' : `, was ${entry.was}`}`}</title>
        </g>
      ))}
    </g>
  );
}

function Frame({ frame, at, wide }: { readonly frame: FrameView; readonly at: Point; readonly wide: number }) {
  const { n, life, refcount, mapcount, changed } = frame;
  return (
    <g class={`sd-frame sd-frame-${life}${changed ? ' sd-changed' : ''}`} data-frame={`P${n}`} data-life={life}>
      <rect x={at.x} y={at.y} width={wide} height={44} rx={4} />
      <text class="sd-name" x={at.x + 5} y={at.y + 14}>
        P{n}
        {life === 'freed' ? ' freed' : ''}
      </text>
      <text class="sd-index" x={at.x + 5} y={at.y + 26}>
        {fit(`refs ${refcount}`, wide)}
      </text>
      <text class="sd-index" x={at.x + 5} y={at.y + 37}>
        {fit(`maps ${mapcount}`, wide)}
      </text>
      <title>{`P${n}: ${life}, refcount ${refcount}, mapcount ${mapcount}`}</title>
    </g>
  );
}

const fit = (text: string, wide: number, letter = CHAR): string => {
  const room = Math.floor((wide - 6) / letter);
  return text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text;
};

/** Chips in rows, one group for each CPU and each thread that has something in hand. */
function chipsOf(tree: TreeView, hands: readonly Held[], top: number) {
  const chips: ChipAt[] = [];
  const labels: { text: string; y: number; title: string }[] = [];
  const groups: { label: string; title: string; items: (CachedView | Held)[] }[] = [];
  for (const item of tree.cached) {
    const label = `CPU${item.cpu}`;
    const group = groups.find((one) => one.label === label) ?? {
      label,
      title: `What the TLB and the walk cache of CPU${item.cpu} hold`,
      items: [],
    };
    if (group.items.length === 0) groups.push(group);
    group.items.push(item);
  }
  groups.sort((a, b) => a.label.localeCompare(b.label));
  for (const item of hands) {
    const group = groups.find((one) => one.label === item.process) ?? {
      label: item.process,
      title: `What ${item.process} has read, and works with`,
      items: [],
    };
    if (group.items.length === 0) groups.push(group);
    group.items.push(item);
  }
  let y = top;
  for (const { label, title, items } of groups) {
    let x = LEFT;
    labels.push({ text: label, y: y + 13, title });
    for (const item of items) {
      const text = chipText(item);
      const width = text.length * CHAR + 14;
      if (x > LEFT && x + width > WIDTH) {
        x = LEFT;
        y += CHIP;
      }
      chips.push({ x, y, width, text, item });
      x += width + 5;
    }
    y += CHIP + 5;
  }
  return { chips, labels, bottom: y + 4 };
}

function chipText(item: CachedView | Held): string {
  const mark = item.stale === undefined ? '' : ' ✗';
  if (item.kind === 'read') return `read ${item.cell}: ${short(item)} @${item.step}${mark}`;
  const of = item.mm > 0 ? ` mm${item.mm}` : '';
  return item.kind === 'tlb'
    ? `TLB ${item.pages}${of}: ${short(item)}${mark}`
    : `walk ${item.pages}${of}: T${item.refers?.n ?? '?'}${mark}`;
}
