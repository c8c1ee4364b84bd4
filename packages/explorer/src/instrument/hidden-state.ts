/** State that kernel code keeps where the explorer does not see it: fields of `this`, variables outside of its generators. Read off the text. */
import { isGenerator, read, type Source } from './source.ts';
import { isRoutine, namesIn, parts, type Node, type Routine } from './tree.ts';

/** A place where a generator, or a plain function that it calls, changes something that is not its own. */
export interface HiddenState {
  /** Counted from 1. */
  readonly line: number;
  /** What is changed, as the code calls it: `this.count`. */
  readonly name: string;
}

/** Methods that change what they are called on: lists, maps and sets. */
const CHANGES = new Set([
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'sort',
  'reverse',
  'fill',
  'set',
  'add',
  'delete',
  'clear',
]);
/** Functions of the language that change their first argument. */
const CHANGE_THEIR_FIRST = new Set([
  'Object.assign',
  'Object.defineProperty',
  'Object.defineProperties',
  'Object.setPrototypeOf',
  'Reflect.set',
  'Reflect.deleteProperty',
]);

/**
 * Finds what generators of a file change outside of themselves: in their text, in functions made in them, and in plain functions of the module
 * that they call by name.
 * @param code JavaScript, a module, without types
 * @throws SyntaxError
 */
export function hiddenState(code: string): HiddenState[] {
  const { program, source } = read(code, '');
  const plain = plainFunctions(program);
  const asked = new Set<Routine>();
  const found: HiddenState[] = [];
  const note = (target: Node): void =>
    void found.push({
      line: code.slice(0, target.start).split('\n').length,
      name: code.slice(target.start, target.end),
    });

  /** `routine`: the outermost generator around, or a plain function that one calls; `own`: is `this` something that was made in it? */
  const visit = (node: Node, routine: Routine | undefined, own: boolean, delegated: boolean): void => {
    const within = routine ?? (isRoutine(node) && isGenerator(node) ? node : undefined);
    const isOwn =
      routine !== undefined &&
      (own || node.type === 'ClassBody' || (isRoutine(node) && node.type !== 'ArrowFunctionExpression'));
    if (within) {
      for (const target of changedBy(node, delegated)) if (isOutside(target, within, isOwn, source)) note(target);
      call(node);
    }
    for (const part of parts(node)) visit(part, within, isOwn, node.type === 'YieldExpression' && node.delegate);
  };
  const call = (node: Node): void => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || source.names.locals.has(node.callee))
      return;
    const called = plain.get(node.callee.name);
    if (!called || asked.has(called)) return;
    asked.add(called);
    for (const part of parts(called)) visit(part, called, false, false);
  };
  visit(program, undefined, false, false);
  return found;
}

/** Functions of the module that are no generators, by their names. */
function plainFunctions(program: Node): ReadonlyMap<string, Routine> {
  const found = new Map<string, Routine>();
  const add = (name: string, it: Node | null | undefined): void => {
    if (it && isRoutine(it) && !isGenerator(it)) found.set(name, it);
  };
  if (program.type !== 'Program') return found;
  for (const statement of program.body) {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type === 'FunctionDeclaration') add(declared.id.name, declared);
    if (declared?.type === 'VariableDeclaration')
      for (const { id, init } of declared.declarations) if (id.type === 'Identifier') add(id.name, init);
  }
  return found;
}

/** What a node assigns or changes. An operation that is called by `yield*` is one of the kernel's, whatever its name. */
function changedBy(node: Node, delegated: boolean): readonly Node[] {
  switch (node.type) {
    case 'AssignmentExpression':
      return targetsOf(node.left);
    case 'UpdateExpression':
      return [node.argument];
    case 'UnaryExpression':
      return node.operator === 'delete' ? [node.argument] : [];
    case 'CallExpression': {
      const {
        callee,
        arguments: [first],
      } = node;
      if (delegated || callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier')
        return [];
      if (
        callee.object.type === 'Identifier' &&
        CHANGE_THEIR_FIRST.has(`${callee.object.name}.${callee.property.name}`)
      )
        return first && first.type !== 'SpreadElement' ? [first] : [];
      // `this.load(...)`: the object itself is no list.
      return CHANGES.has(callee.property.name) && callee.object.type !== 'ThisExpression' ? [callee.object] : [];
    }
    default:
      return [];
  }
}

/** What a pattern assigns: names, and fields of objects. */
function targetsOf(pattern: Node): readonly Node[] {
  switch (pattern.type) {
    case 'MemberExpression':
      return [pattern];
    case 'ArrayPattern':
      return pattern.elements.flatMap((element) => (element ? targetsOf(element) : []));
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        targetsOf(property.type === 'Property' ? property.value : property.argument),
      );
    case 'AssignmentPattern':
      return targetsOf(pattern.left);
    case 'RestElement':
      return targetsOf(pattern.argument);
    default:
      return namesIn(pattern);
  }
}

function isOutside(target: Node, routine: Routine, isThisOwn: boolean, { names }: Source): boolean {
  let root = target;
  while (root.type === 'MemberExpression') root = root.object;
  if (root.type === 'ThisExpression') return !isThisOwn;
  if (root.type !== 'Identifier') return false;
  const local = names.locals.get(root);
  if (!local) return true; // of the module
  const { start, end } = local.owner.node;
  return start < routine.start || end > routine.end;
}
