/** All sites of a file that went through the pass: what code could come by, for those who ask what it came by. */
import { parse, type Comment } from 'acorn';
import { isInstrumented } from './instrument.ts';
import { ARM, ENTRY } from './runtime.ts';
import { isRoutine, parts, type Node } from './tree.ts';

/** A place in a generator function. */
export interface Site {
  /** What `runtime.reached` holds once code came by. */
  readonly label: string;
  /** `entry`: the function began; `step`: it makes a step, or calls what may; `arm`: of an `if` or `switch`, without a step. */
  readonly kind: 'entry' | 'step' | 'arm';
  /** Line, counted from 1; of the entry that of the function. */
  readonly line: number;
  /** The code there as it was before the pass, on one line: of a step what is yielded, of an arm its first statement. */
  readonly text: string;
}

/** A generator function. */
export interface SiteOwner {
  /** The class whose method it is. Absent: none. */
  readonly className?: string;
  readonly name: string;
  /** The entry first, then in the order of the text. */
  readonly sites: readonly Site[];
}

type Owner = Omit<SiteOwner, 'sites'> & { readonly sites: Site[] };
type Call = Extract<Node, { type: 'CallExpression' }>;

const LABEL = /^\S+ (.*) \d+: (.*)$/s;
/** What the pass puts around code. */
const AROUND = ['__sdBack', '__sdCall', '__sdStep', '__sdForms', '__sdFn', '__sdMade'];

/**
 * Functions of one file with their sites; none of a file that was not instrumented.
 * @param lineOf the line that is told of a place in the text, for who has a source map. Lines are counted from 1, columns from 0
 */
export function sitesIn(code: string, lineOf: (line: number, column: number) => number = (line) => line): SiteOwner[] {
  if (!isInstrumented(code)) return [];
  const comments: Comment[] = [];
  const program = parse(code, {
    ecmaVersion: 2024,
    sourceType: 'module',
    allowHashBang: true,
    locations: true,
    onComment: comments,
  });
  const owners: SiteOwner[] = [];

  /** `owner`: the generator function around; `className`: the class whose method a function here would be. */
  const visit = (node: Node, owner: Owner | undefined, className: string | undefined): void => {
    let inside = owner;
    if (isRoutine(node)) {
      const name = node.generator
        ? LABEL.exec(node.body.type === 'BlockStatement' ? (markOf(node.body.body[0]) ?? '') : '')?.[1]
        : undefined;
      inside = name === undefined ? undefined : { name, sites: [], ...(className === undefined ? {} : { className }) };
      if (inside) owners.push(inside);
    }
    if (inside) sitesAt(node, inside, isRoutine(node));
    const around =
      node.type === 'ClassDeclaration' || node.type === 'ClassExpression'
        ? (node.id?.name ?? 'a class')
        : isRoutine(node)
          ? undefined
          : className;
    for (const part of parts(node)) visit(part, inside, around);
  };

  function sitesAt(node: Node, owner: Owner, begins: boolean): void {
    const add = (label: string, kind: Site['kind'], at: Node, shown: Node | undefined): void => {
      // The line on which a function begins: its words have gone to the plain form, which comes first.
      const { line, column } = kind === 'entry' ? { line: at.loc!.start.line, column: 0 } : at.loc!.start;
      owner.sites.push({ label, kind, line: lineOf(line, column), text: shown ? textOf(shown) : '' });
    };
    if (begins && isRoutine(node) && node.body.type === 'BlockStatement')
      add(markOf(node.body.body[0])!, 'entry', node, undefined);
    const list = node.type === 'BlockStatement' ? node.body : node.type === 'SwitchCase' ? node.consequent : [];
    const [first, second] = list;
    const mark = markOf(first);
    if (mark !== undefined && LABEL.exec(mark)?.[2] === ARM) add(mark, 'arm', second ?? node, second);
    const step = around(node, ['__sdCall', '__sdStep']);
    const frame = step?.arguments[1];
    const label =
      frame?.type === 'ArrayExpression' && frame.elements[0]?.type === 'Literal' ? frame.elements[0].value : undefined;
    if (step && typeof label === 'string') add(label, 'step', step, step.arguments[0]);
  }

  /** The text of a node without what the pass has put there, and without comments. */
  function textOf(node: Node): string {
    const cuts = comments
      .filter(({ start, end }) => start >= node.start && end <= node.end)
      .map(({ start, end }): [number, number] => [start, end]);
    const find = (part: Node): void => {
      const kept = around(part, AROUND)?.arguments[0];
      if (kept) cuts.push([part.start, kept.start], [kept.end, part.end]);
      else if (markOf(part) !== undefined) cuts.push([part.start, part.end]);
      (kept ? [kept] : parts(part)).forEach(find);
    };
    find(node);
    let text = '';
    let at = node.start;
    for (const [start, end] of cuts.sort(([a], [b]) => a - b)) {
      text += code.slice(at, Math.max(at, start));
      at = Math.max(at, end);
    }
    return (text + code.slice(at, node.end)).replace(/\s+/g, ' ').trim();
  }

  visit(program, undefined, undefined);
  return owners;
}

/** The node, when it is a call of one of these functions of the pass. */
const around = (node: Node, functions: readonly string[]): Call | undefined =>
  node.type === 'CallExpression' && node.callee.type === 'Identifier' && functions.includes(node.callee.name)
    ? node
    : undefined;

/** The label of a statement that only says that code came by. */
function markOf(node: Node | undefined): string | undefined {
  if (
    node?.type !== 'ExpressionStatement' ||
    node.expression.type !== 'ChainExpression' ||
    node.expression.expression.type !== 'CallExpression'
  )
    return undefined;
  const [argument] = node.expression.expression.arguments;
  const label = argument?.type === 'Literal' && typeof argument.value === 'string' ? argument.value : undefined;
  return label !== undefined && [ENTRY, ARM].includes(LABEL.exec(label)?.[2] ?? '') ? label : undefined;
}
