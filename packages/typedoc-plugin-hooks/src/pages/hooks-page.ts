/** The list of hooks: the contract between the generic kernel and an architecture. */
import { pathOf, type Knowledge } from '../knowledge.ts';
import { code, heading, linker, plain, table, type Page } from '../markdown.ts';

export function hooksPage(k: Knowledge): Page {
  const link = linker(pathOf.hooks);
  const groups = [...new Set(k.hooks.map((h) => h.group))].sort();
  const own = (hook: string): string =>
    k.among(
      k.archs.filter((a) => a.hooks.some((b) => b.hookName === hook && b.layer !== 'Generic')).map((a) => a.arch.id),
    );
  return {
    path: pathOf.hooks,
    title: 'Hooks',
    children: k.hooks.map((h) => pathOf.hook(h.hookName)),
    blocks: [
      `What the generic kernel calls, and each architecture answers: ${k.hooks.length} hooks, ${k.hooks.filter((h) => k.required(h.hookName)).length} of which every architecture has to bring itself.`,
      ...groups.flatMap((group) => [
        heading(group),
        table(
          ['Hook', 'What the caller gets', 'Own body on'],
          k.hooks
            .filter((h) => h.group === group)
            .map((h) => [link(pathOf.hook(h.hookName), code(h.hookName)), plain(h.does), own(h.hookName)]),
        ),
      ]),
    ],
  };
}
