/** `mmu.ts` of a new architecture: the machine of another one, without what only its own code uses. */
import type { ArchSpec } from '@shootdown/core';
import { constantOf } from './names.ts';

/** Ways to make other CPUs forget a translation that a new architecture can start from. */
export type Shootdown = 'ipi' | 'broadcast';

export function shootdownOf(like: ArchSpec): Shootdown | undefined {
  const { shootdown } = like.machine;
  return shootdown === 'ipi' || shootdown === 'broadcast' ? shootdown : undefined;
}

export function mmuText(name: string, like: ArchSpec, shootdown: Shootdown): string {
  const { geometry, walkCache, memory, config } = like.machine;
  const bits = Object.entries(geometry.bits)
    .map(([level, n]) => `${level}: ${n}`)
    .join(', ');
  const others = Object.entries(config)
    .filter(([option, on]) => on && option !== 'MMU_GATHER_RCU_TABLE_FREE')
    .map(([option]) => `${option}: true`);
  const why = {
    ipi: '// A flush waits for an interrupt on every CPU that could be walking: tables may go with the pages, right after it.',
    broadcast: '// A flush interrupts nobody, so walkers without locks are waited for by RCU.',
  }[shootdown];
  return `/** What ${name} is, in numbers and choices. So far: ${like.id}, with flags that only software sets. */
import type { MachineSpec } from '@shootdown/core/plugin';

export const ${constantOf(name)}Machine: MachineSpec = {
  geometry: { pageShift: ${geometry.pageShift}, bits: { ${bits} } },
  memory: '${memory}',

  shootdown: '${shootdown}',
  walkCache: ${walkCache},
  // Where hardware sets one of them, the kernel's own bodies lose flags, because they are not atomic: then write
  // ptep_get_and_clear, ptep_set_wrprotect and pmdp_huge_get_and_clear too.
  hardwareAccessed: 'never',
  hardwareDirty: 'never',
  // A CPU may fault on a write that the translation it remembers forbids, though memory permits it, and from the same one again.
  // If yours is kinder, say so: insufficientRights: { does: 'walks again', faultForgets: false },

  ${why}
  config: { MMU_GATHER_RCU_TABLE_FREE: ${shootdown === 'broadcast'}${others.map((option) => `, ${option}`).join('')} },

  // Thresholds that your code asks for with cpu.number(...), and what they are in the small tables of explorations.
  numbers: {},
  exploring: {},

  // Which bit carries each flag of an entry, for the page about this machine: { PRESENT: 'V, bit 0' }.
  entryBits: {},
  cells: [],
};
`;
}
