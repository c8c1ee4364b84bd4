/** The page of one hook. Its sections have the same order on every page. */
import type { Contract, Frequency, HookFacts } from '@shootdown/core';
import { pathOf, type Knowledge } from '../knowledge.ts';
import { block, code, facts, folded, heading, linker, list, plain, table, type Page } from '../markdown.ts';
import { here, inLinux } from '../sources.ts';
import { pictureOf } from './picture.ts';
import { frequencyWord, many } from './words.ts';

/** What was measured of one hook on one architecture. */
interface Row {
  readonly arch: string;
  readonly facts: HookFacts;
  readonly frequencies: readonly Frequency[];
}

export function hookPage(hook: Contract, k: Knowledge): Page {
  const name = hook.hookName;
  const path = pathOf.hook(name);
  const link = linker(path);
  const rows = k.archs.flatMap((a): Row[] => {
    const facts = a.measured.find((m) => m.hook === name);
    const frequencies = a.frequencies.filter((f) => f.hook === name);
    return facts && frequencies.some((f) => f.word !== 'not reached') ? [{ arch: a.arch.id, facts, frequencies }] : [];
  });
  const declared = k.declared.get(name);
  return {
    path,
    title: name,
    group: hook.group,
    blocks: [
      plain(hook.does),
      ...(declared
        ? [
            block(`function* ${name}(${declared.parameters}): ${declared.returns}`),
            list([
              ...declared.params.map((p) => `${code(p.name)}: ${plain(p.says)}`),
              ...(declared.result ? [`returns ${plain(declared.result)}`] : []),
            ]),
          ]
        : []),
      facts([
        [
          'Called by',
          hook.calledBy
            .map((caller) => (k.operations.has(caller) ? link(pathOf.operation(caller), code(caller)) : code(caller)))
            .join(', ') || 'nobody in the model',
        ],
        ['Locks', Object.keys(hook.locks).map(plain).join(', ') || 'none that every caller holds'],
        ['Waits', plain(hook.waits)],
        ['Sleeps', hook.sleeps],
      ]),
      ...pictureOf(name, k),
      heading('Before'),
      list(Object.keys(hook.must.pre).map(plain)) || 'Nothing is demanded of the caller.',
      heading('After'),
      list(Object.keys(hook.must.post).map(plain)) || 'Nothing is promised on every architecture.',
      heading('May differ'),
      ...mayDiffer(hook, rows, k, link),
      heading('Bodies'),
      k.required(name)
        ? 'The kernel has no body of its own: every architecture has to bring one.'
        : 'The kernel has a body of its own, in the layer `Generic`; an architecture may replace it.',
      ...bodies(name, k, link),
      heading('Races that need it'),
      ...racesThatReach(name, k, link),
      heading('Doubts'),
      list(hook.doubts.map(plain)) || 'None.',
      heading('Source'),
      list([`Linux: ${inLinux(hook.source)}`, ...(declared ? [`here: ${here(declared.file, declared.line)}`] : [])]),
    ],
  };
}

type Link = ReturnType<typeof linker>;

function mayDiffer(hook: Contract, rows: readonly Row[], k: Knowledge, link: Link): string[] {
  const claims = Object.keys(hook.may);
  const broken = rows.flatMap((r) =>
    r.frequencies.filter((f) => f.kind === 'must' && f.failed > 0).map((f) => `${code(r.arch)}: ${plain(f.claim)}`),
  );
  const warning =
    broken.length > 0 ? [`**Broken**, although every architecture has to keep it:\n\n${list(broken)}`] : [];
  if (rows.length === 0)
    return [
      claims.length > 0
        ? `${list(claims.map(plain))}\n\nNot measured: no built-in workload reaches this hook, or it makes no step.`
        : 'Nothing that we ask about.',
    ];
  const wordsOf = (row: Row): string[] =>
    claims.map((claim) =>
      frequencyWord(row.frequencies.find((f) => f.claim === claim)?.word ?? 'not reached', row.facts.complete),
    );
  const missing = k.archs.filter((a) => !rows.some((r) => r.arch === a.arch.id)).map((a) => code(a.arch.id));
  const tokens = rows.flatMap((r) => r.frequencies.filter((f) => f.kind === 'may' && f.word === 'sometimes'));
  return [
    claims.length > 0 ? '' : 'Nothing that we ask about. What every architecture has to keep was counted all the same.',
    table(
      ['Architecture', ...claims.map(plain), 'Waits for', 'Search'],
      rows.map((r) => [
        link(pathOf.arch(r.arch), r.arch),
        ...wordsOf(r),
        r.facts.waits.map(plain).join('; ') || 'nobody',
        many(r.facts.states, 'state'),
      ]),
    ),
    ...warning,
    `Measured over every interleaving of the built-in workloads: ${code(`npx shootdown claims ${hook.hookName}`)}.${missing.length > 0 ? ` Not reached, or without any step, on ${missing.join(', ')}.` : ''}`,
    ...(tokens.length > 0
      ? [
          folded('Interleavings that show both', [
            list(
              tokens.map(
                (f) =>
                  `${f.arch}, ${plain(f.claim)}: holds in ${code(f.heldAt ?? '')}, fails in ${code(f.failedAt ?? '')}`,
              ),
            ),
            'Shown by `npx shootdown replay` and the token.',
          ]),
        ]
      : []),
  ];
}

function bodies(name: string, k: Knowledge, link: Link): string[] {
  const answers = k.archs.flatMap((a) =>
    a.hooks.filter((h) => h.hookName === name).map((body) => ({ arch: a.arch.id, body })),
  );
  const layers = [...new Set(answers.map(({ body }) => body.layer))];
  return [
    table(
      ['Layer', 'Answers on', 'In Linux'],
      layers.map((layer) => {
        const those = answers.filter(({ body }) => body.layer === layer);
        const archs =
          those.length === k.archs.length
            ? 'every architecture'
            : those.map(({ arch }) => link(pathOf.arch(arch), arch)).join(', ');
        return [code(layer), archs, inLinux(those[0]?.body.source)];
      }),
    ),
    ...layers.flatMap((layer) => {
      const text = k.bodies.get(`${layer}.${name}`);
      return text ? [`${code(layer)}, ${here(text.file, text.line)}`, block(text.code)] : [];
    }),
  ];
}

function racesThatReach(name: string, k: Knowledge, link: Link): string[] {
  const found = k.races.flatMap((race) => {
    const archs = k.reaching((stack) => stack.includes(name), race.id);
    return archs.length > 0
      ? [`${link(pathOf.race(race.id), race.title)} (${race.year}); reached on ${k.among(archs)}`]
      : [];
  });
  return [list(found) || 'No built-in race reaches it, or it makes no step in them.'];
}
