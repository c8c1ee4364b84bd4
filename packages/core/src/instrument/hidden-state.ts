/** State that kernel code keeps where the explorer does not see it: fields of `this`, variables outside of its generators. Read off the text. */
import { isGenerator, read, type Source } from './source.ts';
import { isRoutine, namesIn, parts, type Node, type Routine } from './tree.ts';

/** A place where a generator changes something that is not its own. */
export interface HiddenState {
  /** Counted from 1. */
  readonly line: number;
  /** What is changed, as the code calls it: `this.count`. */
  readonly name: string;
}

/** Methods that change what they are called on: lists, maps and sets. */
const CHANGES = new Set(['push', 'pop', 'shift', 'unshift', 'splice', 'sort', 'reverse', 'fill', 'set', 'add', 'delete', 'clear']);

/**
 * Finds what generators of a file, and functions made in them, change outside of themselves.
 * @param code JavaScript, a module, without types
 * @throws SyntaxError
 */
export function hiddenState(code: string): HiddenState[] {
  const { program, source } = read(code, '');
  const found: HiddenState[] = [];
  const note = (target: Node): void =>
    void found.push({ line: code.slice(0, target.start).split('\n').length, name: code.slice(target.start, target.end) });

  /** `routine`: the outermost generator around. */
  const visit = (node: Node, routine: Routine | undefined, delegated: boolean): void => {
    const within = routine ?? (isRoutine(node) && isGenerator(node) ? node : undefined);
    if (within) for (const target of changedBy(node, delegated)) if (isOutside(target, within, source)) note(target);
    for (const part of parts(node)) visit(part, within, node.type === 'YieldExpression' && node.delegate);
  };
  visit(program, undefined, false);
  return found;
}

/** What a node assigns or changes. An operation that is called by `yield*` is one of the kernel's, whatever its name. */
function changedBy(node: Node, delegated: boolean): readonly Node[] {
  switch (node.type) {
    case 'AssignmentExpression':
      return node.left.type === 'MemberExpression' ? [node.left] : namesIn(node.left);
    case 'UpdateExpression':
      return [node.argument];
    case 'UnaryExpression':
      return node.operator === 'delete' ? [node.argument] : [];
    case 'CallExpression': {
      const { callee } = node;
      const changes =
        !delegated &&
        callee.type === 'MemberExpression' &&
        !callee.computed &&
        callee.property.type === 'Identifier' &&
        CHANGES.has(callee.property.name);
      // `this.load(...)`: the object itself is no list.
      return changes && callee.object.type !== 'ThisExpression' ? [callee.object as Node] : [];
    }
    default:
      return [];
  }
}

function isOutside(target: Node, routine: Routine, { names }: Source): boolean {
  let root = target;
  while (root.type === 'MemberExpression') root = root.object;
  if (root.type === 'ThisExpression') return true;
  if (root.type !== 'Identifier') return false;
  const local = names.locals.get(root);
  if (!local) return true; // of the module
  const { start, end } = local.owner.node;
  return start < routine.start || end > routine.end;
}
