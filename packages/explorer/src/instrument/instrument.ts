/**
 * The pass over JavaScript that gives each generator its two forms. Stepwise, it lets the explorer see the local state of kernel code: at
 * each step, the places where the generators on the call stack have stopped, with the variables they may still read. Plain, it is a function
 * that performs its steps at once. Which one a call means is said by `Runtime.perform`. Code does the same with and without the pass.
 */
import { Edits } from './edits.ts';
import { joined, piece, type MovedText } from './moved.ts';
import { liveAfter, type Live } from './liveness.ts';
import { hasPlainForm } from './plain.ts';
import { ARM, ENTRY, MARK, PROLOGUE, UNTOLD } from './runtime.ts';
import { isAround, lookUp, type Local, type Names } from './scopes.ts';
import { segmentsOf, type Segment } from './source-map.ts';
import { isGenerator, read } from './source.ts';
import { waitingAt } from './temporaries.ts';
import { isRoutine, parts, type Node, type Routine, type Yield } from './tree.ts';
import { tellGenerators, twoForms } from './two-forms.ts';

export { MARK, PROLOGUE };
export { hiddenState, type HiddenState } from './hidden-state.ts';

const OLDER_MARK = /^(#!.*\n)?\/\* shootdown:frames \d+ \*\//;

/** Has this text been through the pass, in this version or another? */
export const isInstrumented = (code: string): boolean => OLDER_MARK.test(code);

/** What one may ask of the pass. */
export interface PassOptions {
  /**
   * A generator that a call makes is noted with the place of the call until it is run, so that a forgotten `yield*` is noticed where code
   * ends (`made.ts`); and loops that go round without a step are noticed.
   */
  readonly watchCalls?: boolean;
  /** The line that messages name for a place, where the text is not what somebody wrote. Both lines from 1, the column from 0. */
  readonly lineOf?: (line: number, column: number) => number;
}

/**
 * Instruments one file.
 * @param code JavaScript, a module, without types
 * @param file a name no other file has; sites begin with it
 * @returns undefined when there is nothing to do: no generator, or done before
 */
export const instrument = (code: string, file: string, options: PassOptions = {}): string | undefined =>
  pass(code, file, options)?.moved.text;

/** The same, with where each word of the text comes from. */
export function instrumentWithMap(
  code: string,
  file: string,
  options: PassOptions = {},
): { readonly code: string; readonly segments: Segment[] } | undefined {
  const done = pass(code, file, options);
  return done && { code: done.moved.text, segments: segmentsOf(done.moved, code, done.tokens) };
}

function pass(
  code: string,
  file: string,
  options: PassOptions,
): { readonly moved: MovedText; readonly tokens: readonly number[] } | undefined {
  // Code in which every `yield*` was forgotten has none.
  if (isInstrumented(code) || (!options.watchCalls && !/\byield\b/.test(code))) return undefined;
  const { program, source } = read(code, file);
  const { names, holders } = source;
  if (![...names.bodies.keys()].some(isGenerator)) return undefined;
  const edits = new Edits();
  let sites = 0;

  /** `way`: the nodes around, from the function on; empty outside of functions. `name`: of that function; `near`: what a function here would be called. */
  const visit = (node: Node, way: readonly Node[], name: string, near: string): void => {
    const here = isRoutine(node) ? [node] : way.length > 0 ? [...way, node] : [];
    const named = nameOf(node) ?? near;
    const inside = isRoutine(node) ? named : name;
    if (isRoutine(node)) {
      if (isGenerator(node)) generator(node, named);
      if (way.length > 0) closure(node, named);
    }
    if (isGenerator(here[0])) arms(node, inside);
    if (node.type === 'YieldExpression' && isGenerator(here[0])) site(node, here, inside);
    // Not in the defaults of parameters: they are written anew with the two forms.
    const [outer] = way;
    if (options.watchCalls && outer && isRoutine(outer) && node.start >= outer.body.start) {
      made(node, way.at(-1)!);
      turns(node);
    }
    if (node.type === 'ClassBody' || node.type === 'Program') tellGenerators(node, source, edits);
    for (const part of parts(node)) visit(part, here, inside, named);
  };

  const live = new Map<Yield, Live>();
  const unwinds = new Set<Node>();

  function generator(node: Routine, name: string): void {
    if (hasPlainForm(node, source)) twoForms(node, name, `$${sites++}`, source, edits);
    edits.open(node.body.start + 1, mark(name, ENTRY), node.body);
    for (const [at, after] of liveAfter(node, names)) live.set(at, after);
    const guarded = tries(node.body);
    if (guarded.length === 0) return;
    // A step below may throw: whoever catches it forgets the frames of those it was thrown through.
    unwinds.add(node);
    edits.open(node.body.start + 1, 'const __sdDepth = __sd.stack.length;', node.body);
    for (const each of guarded)
      for (const block of [each.handler?.body, each.finalizer])
        if (block) edits.open(block.start + 1, '__sd.stack.length = __sdDepth;', block);
  }

  /** A statement that says that code came by. */
  const mark = (name: string, what: string): string =>
    `__sd.reached?.add(${JSON.stringify(`${file} ${name} ${sites++}: ${what}`)});`;

  /** Arms that take no step, so that no site in them would tell that they were taken. */
  function arms(node: Node, name: string): void {
    if (node.type === 'SwitchCase') {
      const [first] = node.consequent;
      if (first && !node.consequent.some(takesStep)) edits.open(first.start, mark(name, ARM), node);
    }
    if (node.type !== 'IfStatement') return;
    for (const arm of [node.consequent, node.alternate]) {
      // The arms of `else if` are its own.
      if (!arm || (arm === node.alternate && arm.type === 'IfStatement') || takesStep(arm)) continue;
      if (arm.type === 'BlockStatement') edits.open(arm.start + 1, mark(name, ARM), arm);
      else {
        edits.open(arm.start, `{${mark(name, ARM)}`, node);
        edits.close(arm.end, '}', node);
      }
    }
  }

  /** Functions that are made while code runs are told by their place and what they captured. Methods and fields are not. */
  function closure(node: Routine, name: string): void {
    const body = names.bodies.get(node);
    if (
      !body ||
      node.type === 'FunctionDeclaration' ||
      body.around?.node.type === 'PropertyDefinition' ||
      holders.has(node) ||
      body.usesArguments
    )
      return;
    const captured = [...body.free].map((local) => local.name);
    if (body.usesThis && node.type === 'ArrowFunctionExpression') captured.push('this');
    edits.open(node.start, '__sdFn(', node);
    edits.close(
      node.end,
      `, ${JSON.stringify(`${file} ${name} ${sites++}`)}, __sd.told && (() => [${captured.join(', ')}]))`,
      node,
    );
  }

  /** A call, with all of its chain. What `yield*` is handed is run at once. */
  function made(node: Node, around: Node): void {
    const isCall =
      node.type === 'CallExpression'
        ? node.callee.type !== 'Super' && !isChained(node, around)
        : node.type === 'ChainExpression';
    if (!isCall || (around.type === 'YieldExpression' && around.delegate)) return;
    edits.open(node.start, '__sdMade(', node);
    edits.close(node.end, `, ${placeOf(node)})`, node);
  }

  /** Each turn of a loop. */
  function turns(node: Node): void {
    if (!('body' in node) || !/^(For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type)) return;
    const body = node.body as Node;
    const turn = `__sdTurn(${placeOf(node)});`;
    if (body.type === 'BlockStatement') edits.open(body.start + 1, turn, body);
    else {
      edits.open(body.start, `{${turn}`, node);
      edits.close(body.end, '}', node);
    }
  }

  /** `"story.mjs:12"`. */
  const placeOf = (node: Node): string => {
    const before = code.slice(0, node.start).split('\n');
    const line = options.lineOf?.(before.length, before.at(-1)!.length) ?? before.length;
    return JSON.stringify(`${file}:${line}`);
  };

  function site(node: Yield, way: readonly Node[], name: string): void {
    const told = valuesAt(node, way);
    const values = typeof told === 'string' ? [JSON.stringify(UNTOLD), JSON.stringify(told)] : told;
    const label = `${file} ${name} ${sites++}: ${typeof told === 'string' ? '?' : told.join(', ')}`;
    const operand = node.delegate ? code.indexOf('*', node.start) + 1 : node.start + 'yield'.length;
    edits.open(node.start, '__sdBack(', node);
    edits.open(operand, ` ${node.delegate ? '__sdCall' : '__sdStep'}(${node.argument ? '' : 'undefined'}`, node);
    edits.close(node.end, `, [${[JSON.stringify(label), ...values].join(', ')}]))`, node);
  }

  /** Names of the values that tell the local state of a generator at a yield, or why they do not. */
  function valuesAt(node: Yield, way: readonly Node[]): string[] | string {
    const routine = way[0] as Routine;
    const waiting = waitingAt(way);
    if ('problem' in waiting) return waiting.problem;
    const own = names.bodies.get(routine);
    if (own?.usesArguments) return 'it uses `arguments`';
    const scope = names.scopes.get(node);
    const wanted = new Set(live.get(node));
    const again = waiting.names.map((value) =>
      value.type === 'ThisExpression' ? ('this' as const) : names.locals.get(value),
    );
    for (const value of again) if (value !== undefined) wanted.add(value);
    if (unwinds.has(routine))
      for (const local of new Set(names.locals.values()))
        if (local.owner === own || own?.free.has(local)) wanted.add(local);
    if (unwinds.has(routine) && own?.usesThis) wanted.add('this');
    const values: string[] = [];
    for (const local of wanted) {
      if (local === 'this') values.push('this');
      // A function that is declared inside: what it captured is told, as variables of their own.
      else if (local.kind === 'function' || local.from > node.start) continue;
      else if (!isAround(scope, local)) continue;
      else if (lookUp(scope, local.name) !== local) return `two variables are called ${local.name}`;
      else if (local.assignedInside) return `${local.name} is assigned by a function inside`;
      else values.push(local.name);
    }
    const changed = node.argument ? assignedIn(node.argument, names) : new Set<Local>();
    if (again.some((local) => local !== 'this' && local !== undefined && changed.has(local)))
      return 'it changes a variable that the same expression has read';
    return values;
  }

  visit(program, [], '', '');
  const hashBang = /^#!.*\n/.exec(code)?.[0] ?? '';
  const text = edits.applied(hashBang.length, code.length, (from, to) => piece(code, from, to));
  return { moved: joined(piece(code, 0, hashBang.length), PROLOGUE, text), tokens: source.tokens };
}

/** Is a call a part of an optional chain? Only the chain as a whole can be taken hold of. */
const isChained = (node: Node, around: Node): boolean =>
  around.type === 'ChainExpression' ||
  ((around.type === 'MemberExpression' || around.type === 'CallExpression') && 'optional' in node && isOptional(node));
const isOptional = (node: Node): boolean =>
  (node.type === 'CallExpression' && (node.optional || isOptional(node.callee))) ||
  (node.type === 'MemberExpression' && (node.optional || isOptional(node.object)));

/** Is there a yield in it, of the function it is in? */
function takesStep(node: Node): boolean {
  return node.type === 'YieldExpression' || (!isRoutine(node) && parts(node).some(takesStep));
}

/** `try` statements of a function, not of functions inside it. */
function tries(node: Node): Extract<Node, { type: 'TryStatement' }>[] {
  if (isRoutine(node)) return [];
  return [...(node.type === 'TryStatement' ? [node] : []), ...parts(node).flatMap(tries)];
}

function assignedIn(node: Node, names: Names): Set<Local> {
  const found = new Set<Local>();
  const visit = (part: Node): void => {
    const target =
      part.type === 'AssignmentExpression' ? part.left : part.type === 'UpdateExpression' ? part.argument : undefined;
    const local = target && names.locals.get(target);
    if (local) found.add(local);
    parts(part).forEach(visit);
  };
  visit(node);
  return found;
}

/** What a function in this place is called. */
function nameOf(node: Node): string | undefined {
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ClassDeclaration':
      return node.id?.name;
    case 'VariableDeclarator':
      return node.id.type === 'Identifier' ? node.id.name : undefined;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return node.key.type === 'Identifier' || node.key.type === 'PrivateIdentifier' ? node.key.name : undefined;
    default:
      return undefined;
  }
}
