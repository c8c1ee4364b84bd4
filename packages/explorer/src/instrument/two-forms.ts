/** Puts the plain form of a generator in its place, and the generator beside it, under a name of its own. */
import type { Edits } from './edits.ts';
import { joined, type MovedText } from './moved.ts';
import { hasPlainForm, plainForm } from './plain.ts';
import { isGenerator, type Source } from './source.ts';
import { namesIn, type Node, type Routine } from './tree.ts';

/**
 * The function becomes the plain form, which calls the one that yields unless steps are performed.
 * @param name what the function is called
 * @param suffix no other function of the file has it
 */
export function twoForms(node: Routine, name: string, suffix: string, source: Source, edits: Edits): void {
  const { code, names } = source;
  const holder = source.holders.get(node);
  const { params, body } = plainForm(node, name, source);
  const passed = node.params.flatMap(namesIn).map((param) => param.name);
  const generator = (/^#?([\w$]+)$/.exec(name)?.[1] ?? '') + suffix;
  const plain = (call: string): MovedText =>
    joined(params, ` { if (__sd.perform === undefined) return ${call}; `, body, ' }');
  const withThis = `.call(${['this', ...passed].join(', ')})`;
  const from = (holder ?? node).start;
  // Line breaks of what is replaced are kept.
  const before = (...text: readonly (string | MovedText)[]): void =>
    edits.replace(
      from,
      node.body.start,
      joined(...text, `(${passed.join(', ')}) ${code.slice(from, node.body.start).replaceAll(/[^\n]/g, '')}`),
      node,
    );

  if (holder?.type === 'MethodDefinition') {
    // A private method: it is not overridden, and has the same `super`.
    before(textOf(holder.key, source), plain(`this.#${generator}(${passed.join(', ')})`), ` *#${generator}`);
  } else if (node.type === 'FunctionDeclaration') {
    const call = names.bodies.get(node)?.usesThis ? withThis : `(${passed.join(', ')})`;
    before(`function ${node.id?.name ?? ''}`, plain(generator + call), ` function* ${generator}`);
  } else {
    // A function that calls itself by its own name means the one it stands in.
    const id = node.type === 'FunctionExpression' ? node.id?.name : undefined;
    before(`${holder ? `${textOf(holder.key, source)}: ` : ''}__sdForms(function* ${id ?? generator}`);
    edits.close(node.end, joined(`, ($stepwise) => function ${id ?? ''}`, plain(`$stepwise${withThis}`), ')'), node);
  }
}

/** Methods of a class, and functions of a module, that have become ordinary functions say what they were. */
export function tellGenerators(
  node: Extract<Node, { type: 'ClassBody' | 'Program' }>,
  source: Source,
  edits: Edits,
): void {
  const hasForms = (part: Node): boolean => isGenerator(part) && hasPlainForm(part, source);
  const told = node.body.flatMap((part) => {
    if (part.type === 'MethodDefinition')
      return part.key.type === 'Identifier' && hasForms(part.value) ? [`this.prototype.${part.key.name}`] : [];
    const declared = part.type === 'ExportNamedDeclaration' ? part.declaration : part;
    return declared?.type === 'FunctionDeclaration' && hasForms(declared) ? [declared.id.name] : [];
  });
  if (told.length === 0) return;
  const mark = `__sdMark(${told.join(', ')});`;
  if (node.type === 'Program') edits.close(node.body.at(-1)!.end, `; ${mark}`, node);
  else edits.close(node.end - 1, `; static { ${mark} }`, node);
}

const textOf = ({ start, end }: Node, { code }: Source): string => code.slice(start, end);
