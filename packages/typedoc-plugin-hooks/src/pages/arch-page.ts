/** The page of one architecture, and the list of them. */
import type { ArchFacts } from '../facts.ts';
import { pathOf, type Knowledge } from '../knowledge.ts';
import { code, facts, heading, linker, list, plain, table, type Page } from '../markdown.ts';
import { inLinux } from '../sources.ts';
import { frequencyWord, LEGEND, outcomeWord } from './words.ts';

const SHOOTDOWN = {
  ipi: 'an interrupt to each CPU, and a wait for all of them',
  broadcast: 'a broadcast instruction, and a wait until it is done',
  hypercall: 'a call of the hypervisor',
  'hash table': 'entries of the hash table are invalidated by broadcast',
} as const;
const FLAG = {
  always: 'hardware sets it',
  never: 'a fault, then software sets it',
  may: 'hardware or software: both are explored',
} as const;
const RIGHTS = {
  'walks again': 'the entry is fetched again before there is a fault',
  faults: 'a fault, without a look at memory',
  'may fault': 'a fault, or the entry is fetched again: both are explored',
} as const;
/** Absent where a machine says nothing: `collect` has put the careful default there. */
const rights = (rule: ArchFacts['arch']['machine']['insufficientRights']): string =>
  rule
    ? `${RIGHTS[rule.does]}${rule.does !== 'walks again' && rule.faultForgets ? '; a fault makes the CPU forget it' : ''}`
    : 'not stated';
const MEMORY = { tso: 'TSO', arm: 'that of arm64', power: 'that of POWER' } as const;

export function archPage(found: ArchFacts, k: Knowledge): Page {
  const { arch, hooks } = found;
  const path = pathOf.arch(arch.id);
  const link = linker(path);
  const m = arch.machine;
  const own = hooks.filter((h) => h.layer !== 'Generic');
  const inherited = hooks.filter((h) => h.layer === 'Generic');
  const levels = (['pgd', 'p4d', 'pud', 'pmd', 'pte'] as const).filter((level) => m.geometry.bits[level] > 0);
  const hookLink = (name: string): string => link(pathOf.hook(name), code(name));
  return {
    path,
    title: arch.id,
    headline: plain(arch.title),
    blocks: [
      plain(arch.what),
      `Called ${code(arch.id)} in commands. ${
        arch.over
          ? `Layers over ${link(pathOf.arch(arch.over), arch.over)}: ${
              arch.layers
                .filter((l) => l.own)
                .map((l) => code(l.name))
                .join(', ') || 'none of its own'
            }.`
          : `Layers over ${code('Generic')}: ${arch.layers.map((l) => code(l.name)).join(', ')}.`
      } Simplifications are listed in ${code(`${arch.folder}/README.md`)}.`,
      heading('Machine'),
      facts([
        ['Tables', `${levels.map((level) => `${level} ${2 ** m.geometry.bits[level]}`).join(', ')} entries`],
        [
          'Page',
          `${2 ** (m.geometry.pageShift - 10)} KiB; huge page ${2 ** (m.geometry.pageShift + m.geometry.bits.pte - 20)} MiB`,
        ],
        ['Other CPUs forget a translation by', SHOOTDOWN[m.shootdown]],
        ['Upper levels of a walk are remembered', m.walkCache ? 'yes' : 'no'],
        ['Accessed flag', FLAG[m.hardwareAccessed]],
        ['Dirty flag', FLAG[m.hardwareDirty]],
        ['A write that a remembered translation forbids', rights(m.insufficientRights)],
        [
          'Translations of two sizes for one address',
          m.twoSizes === 'never' ? 'never' : 'only while a zap is under way there',
        ],
        [
          'Memory model',
          `${MEMORY[m.memory]}; a story that does not ask for it is explored under sequential consistency`,
        ],
        [
          'Kernel options',
          Object.entries(m.config)
            .filter(([, on]) => on)
            .map(([name]) => code(name))
            .join(', '),
        ],
        ...Object.entries(m.numbers).map(([name, value]): [string, string] => [
          code(name),
          `${value}${name in m.exploring ? `; ${m.exploring[name]} in the small tables of explorations` : ''}`,
        ]),
      ]),
      heading('Bits of an entry'),
      table(
        ['Flag', 'Carried by'],
        Object.entries(m.entryBits).map(([flag, carrier]) => [code(flag), plain(carrier)]),
      ) || 'Not stated.',
      heading('Hooks it brings'),
      table(
        ['Hook', 'Layer', 'In Linux'],
        own.map((h) => [hookLink(h.hookName), code(h.layer), inLinux(h.source)]),
      ),
      heading('Hooks it inherits'),
      `${inherited.length} of ${hooks.length}, with the kernel's own body: ${inherited.map((h) => hookLink(h.hookName)).join(', ')}.`,
      heading('What its hooks promise beyond the contract'),
      ...promises(found, k, hookLink),
      heading('Races'),
      table(
        ['Race', 'Before the fix', 'After'],
        found.races.map((r) => [
          link(pathOf.race(r.race), k.races.find((race) => race.id === r.race)?.title ?? r.race),
          outcomeWord(r.before, r.expectedBefore),
          outcomeWord(r.after, r.expectedAfter),
        ]),
      ),
      LEGEND,
      heading('Changes over the years'),
      list(
        arch.history.map(
          (c) =>
            `${code(c.name)}: ${plain(c.says)} ${when(c)} Commit ${plain(c.commit)}.${c.hooks.length > 0 ? ` Replaces ${c.hooks.map(hookLink).join(', ')}.` : ''}`,
        ),
      ) || 'None that the model knows.',
    ],
  };
}

function promises(found: ArchFacts, k: Knowledge, hookLink: (name: string) => string): string[] {
  const rows = found.frequencies.filter((f) => f.kind === 'may' && f.word !== 'not reached');
  const complete = (hook: string): boolean => found.measured.find((m) => m.hook === hook)?.complete ?? false;
  const elsewhere = (hook: string, claim: string, word: string): string =>
    k.among(
      k.archs
        .filter((a) => a.frequencies.some((f) => f.hook === hook && f.claim === claim && f.word === word))
        .map((a) => a.arch.id),
    );
  return [
    table(
      ['Hook', 'Claim', 'Holds', 'The same on'],
      rows.map((f) => [
        hookLink(f.hook),
        plain(f.claim),
        frequencyWord(f.word, complete(f.hook)),
        elsewhere(f.hook, f.claim, f.word),
      ]),
    ) || 'Nothing was measured.',
  ];
}

function when({ since, until, shipped }: ArchFacts['arch']['history'][number]): string {
  if (shipped === 'never') return 'No release had it.';
  if (since && until) return `From ${since} on, up to but not including ${until}.`;
  if (since) return `From ${since} on.`;
  return until ? `Before ${until}.` : '';
}

export function archsPage(k: Knowledge): Page {
  const link = linker(pathOf.archs);
  return {
    path: pathOf.archs,
    title: 'Architectures',
    children: k.archs.map((a) => pathOf.arch(a.arch.id)),
    blocks: [
      'The same kernel code runs on each of them. They differ in the hooks they bring and in the machine under them.',
      table(
        ['Architecture', 'What it is', 'Shootdown', 'Own hooks'],
        k.archs.map((a) => [
          link(pathOf.arch(a.arch.id), code(a.arch.id)),
          plain(a.arch.title),
          a.arch.machine.shootdown,
          `${a.hooks.filter((h) => h.layer !== 'Generic').length} of ${a.hooks.length}`,
        ]),
      ),
      heading('Which layer answers'),
      'Hooks that at least one architecture brings itself.',
      table(
        ['Hook', ...k.archs.map((a) => a.arch.id)],
        k.hooks
          .map((h) => ({ h, layers: k.archs.map((a) => a.hooks.find((b) => b.hookName === h.hookName)?.layer ?? '') }))
          .filter(({ layers }) => layers.some((layer) => layer !== 'Generic'))
          .map(({ h, layers }) => [
            link(pathOf.hook(h.hookName), code(h.hookName)),
            ...layers.map((layer) => (layer === 'Generic' ? '' : code(layer))),
          ]),
      ),
    ],
  };
}
