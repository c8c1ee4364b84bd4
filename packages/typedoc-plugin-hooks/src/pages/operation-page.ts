/** The page of one operation of the generic kernel, and the list of them. */
import type { DeclaredOperation } from '../declarations.ts';
import { pathOf, type Knowledge } from '../knowledge.ts';
import { block, code, heading, linker, list, plain, table, type Page } from '../markdown.ts';
import { here, inLinux } from '../sources.ts';
import { pictureOf } from './picture.ts';

/** A hook that an operation comes to. */
interface Call {
  readonly hook: string;
  /** Operations between them. */
  readonly through: readonly string[];
  readonly archs: Set<string>;
}

export function operationPage(name: string, declared: DeclaredOperation, k: Knowledge): Page {
  const path = pathOf.operation(name);
  const link = linker(path);
  const operationLink = (one: string): string => link(pathOf.operation(one), code(one));
  const calls = callsOf(name, k);
  const callers = neighbours(name, k, -1);
  const callees = neighbours(name, k, 1);
  const reached = k.reaching((stack) => stack.includes(name));
  return {
    path,
    title: name,
    group: declared.source.file,
    blocks: [
      plain(declared.says),
      block(`function* ${name}(${declared.parameters}): ${declared.returns}`),
      ...pictureOf(name, k),
      heading('Hooks it calls'),
      table(
        ['Hook', 'Through', 'On'],
        calls.map((c) => [
          link(pathOf.hook(c.hook), code(c.hook)),
          c.through.map(operationLink).join(', '),
          k.among([...c.archs]),
        ]),
      ) || 'None in the built-in stories.',
      calls.length > 0
        ? 'In the order in which searches came to them, over every interleaving of the built-in stories, with their fixes. A hook that makes no step on an architecture leaves no mark there.'
        : '',
      heading('Operations it calls'),
      callees.map(operationLink).join(', ') || 'None.',
      heading('Called by'),
      callers.map(operationLink).join(', ') ||
        (reached.length > 0
          ? 'Stories call it themselves.'
          : 'No built-in story comes to it, other than to set itself up.'),
      heading('Source'),
      list([`Linux: ${inLinux(declared.source)}`, `here: ${here(declared.file, declared.line)}`]),
    ],
  };
}

function callsOf(name: string, k: Knowledge): Call[] {
  const hooks = new Set(k.hooks.map((h) => h.hookName));
  const calls: { readonly key: string; readonly call: Call }[] = [];
  let previous: { readonly arch: string; readonly key: string } | undefined;
  for (const { arch, stack } of k.stacks()) {
    const at = stack.indexOf(name);
    // The first hook under the operation: those that a hook's body calls belong to the hook.
    const hookAt = stack.findIndex((one, i) => i > at && hooks.has(one));
    if (at < 0 || hookAt < 0 || stack.slice(0, at).some((one) => hooks.has(one))) continue;
    const through = stack.slice(at + 1, hookAt).filter((one) => k.operations.has(one));
    const key = [...through, stack[hookAt]].join(' ');
    const known = calls.find((c) => c.key === key);
    if (known) known.call.archs.add(arch);
    else {
      // What one architecture alone comes to stands behind what came before it there.
      const before = previous?.arch === arch ? calls.findIndex((c) => c.key === previous?.key) : calls.length - 1;
      calls.splice(before + 1, 0, { key, call: { hook: stack[hookAt]!, through, archs: new Set([arch]) } });
    }
    previous = { arch, key };
  }
  return calls.map(({ call }) => call);
}

/** Operations right above or right under it on call stacks. */
function neighbours(name: string, k: Knowledge, direction: 1 | -1): string[] {
  const found = k.stacks().flatMap(({ stack }) => {
    const at = stack.indexOf(name);
    const next = at < 0 ? undefined : stack[at + direction];
    return next !== undefined && k.operations.has(next) ? [next] : [];
  });
  return [...new Set(found)];
}

export function operationsPage(k: Knowledge): Page {
  const link = linker(pathOf.operations);
  const files = [...new Set([...k.operations.values()].map((o) => o.source.file))].sort();
  return {
    path: pathOf.operations,
    title: 'Kernel operations',
    children: [...k.operations.keys()].sort().map(pathOf.operation),
    blocks: [
      `The generic kernel, written once: ${k.operations.size} functions that call the hooks of whatever architecture they run on. They keep the names they have in Linux; those that are not listed are plain steps of the ones that are.`,
      ...files.flatMap((file) => [
        heading(plain(file)),
        table(
          ['Operation', 'What it does', 'Hooks'],
          [...k.operations]
            .filter(([, o]) => o.source.file === file)
            .map(([name, o]) => [
              link(pathOf.operation(name), code(name)),
              plain(o.says),
              String(new Set(callsOf(name, k).map((c) => c.hook)).size || ''),
            ]),
        ),
      ]),
    ],
  };
}
