/** Names of cells as people read them in traces. */
import type { Dim, Ref } from '../words/cells.ts';
import { entriesOf, LEVELS, levelAt, type Geometry, type Level } from '../words/geometry.ts';

/** Whose a cell is, by what its first indices count. */
const OWNER: Readonly<Partial<Record<Dim, (n: number) => string>>> = {
  cpu: (n) => `CPU${n} `,
  mm: (n) => `mm${n}.`,
  vma: (n) => `area${n}.`,
  anon_vma: (n) => `anon_vma${n}.`,
  page: (n) => `P${n}.`,
  table: (n) => `T${n}.`,
};

/**
 * @param ref the cell
 * @param g shape of the tree, which says how many pages a block has
 */
export function nameForPeople({ region, at }: Ref, g: Geometry): string {
  if (region.regionName === 'entry') return `T${at[0]}[${at[1]}]`;
  const of = (dim: Dim): number[] => region.dims.flatMap((d, i) => (d === dim ? [at[i] ?? 0] : []));
  const [from, to] = of('cpu');
  const [block] = of('block');
  const [level] = of('level');
  const [owner] = region.dims;
  const own =
    owner === undefined ? '' : to !== undefined ? `CPU${from}->CPU${to} ` : (OWNER[owner]?.(at[0] ?? 0) ?? '');
  const mm = owner === 'mm' || block === undefined ? [] : of('mm').filter((n) => n > 0);
  const pages = block === undefined ? '' : ` of ${blockName(g, level === undefined ? 'pte' : levelAt(level), block)}`;
  const told: readonly Dim[] = ['cpu', 'mm', 'block', ...(block === undefined ? [] : (['level'] as const))];
  const isTold = (dim: Dim, i: number): boolean => told.includes(dim) || (i === 0 && OWNER[dim] !== undefined);
  const rest = region.dims.flatMap((dim, i) =>
    isTold(dim, i) ? [] : [`[${dim === 'level' ? LEVELS[at[i] ?? 0] : at[i]}]`],
  );
  return `${own}${ownName(region.regionName, owner)}${rest.join('')}${pages}${mm.map((n) => ` in mm${n}`).join('')}`;
}

/** `mm.pgd` of an address space, `vma.attached` of an area: the owner is named before. */
const ownName = (name: string, owner: Dim | undefined): string =>
  owner !== undefined && name.startsWith(`${owner}.`) ? name.slice(owner.length + 1) : name;

/** `page 2`, or `pages 2..3` that one huge page holds, or `pages 0..3 (pud)`. */
function blockName(g: Geometry, level: Level, block: number): string {
  const pages = LEVELS.slice(0, LEVELS.indexOf(level)).reduce((product, below) => product * entriesOf(g, below), 1);
  if (level === 'pte') return `page ${block}`;
  const range = `pages ${block * pages}..${(block + 1) * pages - 1}`;
  return level === 'pmd' ? range : `${range} (${level})`;
}
