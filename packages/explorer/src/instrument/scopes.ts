/** Which declaration a name means, and what a function uses of the functions around it. */
import { isRoutine, namesIn, parts, type Name, type Node, type Routine, type Yield } from './tree.ts';

/** A local variable. Names of the module itself are not looked at: they must not change. */
export interface Local {
  readonly name: string;
  readonly kind: 'variable' | 'function' | 'class';
  /** From here on in the text it has a value, or is known to have none. */
  readonly from: number;
  /** Is it assigned by a function inside the one that declares it? */
  assignedInside: boolean;
  readonly owner: Body;
}

/** A function, or a class field's initial value, which runs like one. */
export interface Body {
  readonly node: Node;
  readonly around: Body | undefined;
  /** Locals of the functions around that it, or a function inside it, uses. */
  readonly free: Set<Local>;
  usesThis: boolean;
  usesArguments: boolean;
}

export interface Scope {
  readonly around: Scope | undefined;
  readonly body: Body | undefined;
  readonly names: Map<string, Local | 'module'>;
}

/** What is known about one file. */
export interface Names {
  readonly locals: ReadonlyMap<Node, Local>;
  readonly bodies: ReadonlyMap<Node, Body>;
  /** Per yield: the scope it stands in. */
  readonly scopes: ReadonlyMap<Yield, Scope>;
}

export function lookUp(scope: Scope | undefined, name: string): Local | undefined {
  for (let s = scope; s; s = s.around) {
    const found = s.names.get(name);
    if (found !== undefined) return found === 'module' ? undefined : found;
  }
  return undefined;
}

/** Is a variable in scope, even if another one of its name hides it? */
export function isAround(scope: Scope | undefined, local: Local): boolean {
  for (let s = scope; s; s = s.around) if (s.names.get(local.name) === local) return true;
  return false;
}

/** Resolves every name of a file. */
export function resolve(program: Node): Names {
  const locals = new Map<Node, Local>();
  const bodies = new Map<Node, Body>();
  const scopes = new Map<Yield, Scope>();

  const declare = (scope: Scope, name: Name, kind: Local['kind'], from: number): void => {
    const { body } = scope;
    const known = scope.names.get(name.name);
    if (known !== undefined && body !== undefined && known !== 'module') locals.set(name, known);
    if (known !== undefined) return;
    const local: Local | undefined = body && { name: name.name, kind, from, assignedInside: false, owner: body };
    scope.names.set(name.name, local ?? 'module');
    if (local) locals.set(name, local);
  };
  const open = (around: Scope | undefined, body: Body | undefined): Scope => ({ around, body, names: new Map() });

  /** `var`s of a function, wherever they stand. */
  const hoist = (node: Node, scope: Scope): void => {
    if (isRoutine(node) || node.type === 'ClassBody') return;
    if (node.type === 'VariableDeclaration' && node.kind === 'var')
      for (const d of node.declarations) for (const name of namesIn(d.id)) declare(scope, name, 'variable', 0);
    for (const part of parts(node)) hoist(part, scope);
  };
  /** What the statements of a block declare. */
  const declareBlock = (statements: readonly Node[], scope: Scope): void => {
    for (const outer of statements) {
      const statement = outer.type === 'ExportNamedDeclaration' && outer.declaration ? outer.declaration : outer;
      if (statement.type === 'VariableDeclaration' && statement.kind !== 'var')
        for (const d of statement.declarations)
          for (const name of namesIn(d.id)) declare(scope, name, 'variable', d.end);
      if (statement.type === 'FunctionDeclaration' && statement.id) declare(scope, statement.id, 'function', 0);
      if (statement.type === 'ClassDeclaration' && statement.id) declare(scope, statement.id, 'class', statement.end);
    }
  };

  const use = (name: Node, scope: Scope, assigned: boolean): void => {
    if (name.type !== 'Identifier') return;
    const local = lookUp(scope, name.name);
    if (!local) {
      if (name.name === 'arguments')
        for (let b = scope.body; b; b = b.node.type === 'ArrowFunctionExpression' ? b.around : undefined)
          b.usesArguments = true;
      return;
    }
    locals.set(name, local);
    if (scope.body !== local.owner && assigned) local.assignedInside = true;
    for (let b = scope.body; b && b !== local.owner; b = b.around) b.free.add(local);
  };

  const visitAll = (nodes: readonly Node[], scope: Scope): void => nodes.forEach((node) => void visit(node, scope));

  function routine(node: Routine, scope: Scope): void {
    const body: Body = { node, around: scope.body, free: new Set(), usesThis: false, usesArguments: false };
    bodies.set(node, body);
    const outer = open(scope, body);
    // A function expression sees its own name.
    if (node.type === 'FunctionExpression' && node.id) declare(outer, node.id, 'function', 0);
    const inner = open(outer, body);
    for (const param of node.params) for (const name of namesIn(param)) declare(inner, name, 'variable', 0);
    hoist(node.body, inner);
    visitAll(node.params, inner);
    if (node.body.type === 'BlockStatement') {
      declareBlock(node.body.body, inner);
      visitAll(node.body.body, inner);
    } else visit(node.body, inner);
  }

  function visit(node: Node, scope: Scope): void {
    if (isRoutine(node)) return routine(node, scope);
    switch (node.type) {
      case 'Identifier':
        return use(node, scope, false);
      case 'ThisExpression':
      case 'Super':
        for (let b = scope.body; b; b = b.node.type === 'ArrowFunctionExpression' ? b.around : undefined)
          b.usesThis = true;
        return;
      case 'AssignmentExpression':
      case 'ForInStatement':
      case 'ForOfStatement':
        if (node.left.type !== 'VariableDeclaration') for (const name of namesIn(node.left)) use(name, scope, true);
        break;
      case 'UpdateExpression':
        use(node.argument, scope, true);
        break;
      case 'YieldExpression':
        scopes.set(node, scope);
        break;
      default:
    }
    switch (node.type) {
      case 'BlockStatement':
      case 'StaticBlock':
      case 'Program': {
        const inner = open(scope, scope.body);
        if (node.type === 'Program') hoist(node, inner);
        declareBlock(node.body, inner);
        return visitAll(node.body, inner);
      }
      case 'SwitchStatement': {
        visit(node.discriminant, scope);
        const inner = open(scope, scope.body);
        for (const c of node.cases) declareBlock(c.consequent, inner);
        return visitAll(node.cases, inner);
      }
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement': {
        const inner = open(scope, scope.body);
        const first = node.type === 'ForStatement' ? node.init : node.left;
        if (first) declareBlock([first], inner);
        return visitAll(parts(node), inner);
      }
      case 'CatchClause': {
        const inner = open(scope, scope.body);
        if (node.param) for (const name of namesIn(node.param)) declare(inner, name, 'variable', node.param.end);
        return visitAll(parts(node), inner);
      }
      case 'ClassDeclaration':
      case 'ClassExpression': {
        const inner = open(scope, scope.body);
        if (node.id && node.type === 'ClassExpression') declare(inner, node.id, 'class', node.end);
        return visitAll(parts(node), inner);
      }
      case 'PropertyDefinition': {
        if (node.computed) visit(node.key, scope);
        const body: Body = { node, around: scope.body, free: new Set(), usesThis: false, usesArguments: false };
        bodies.set(node, body);
        if (node.value) visit(node.value, open(scope, body));
        return;
      }
      default:
        return visitAll(parts(node), scope);
    }
  }

  visit(program, open(undefined, undefined));
  return { locals, bodies, scopes };
}
