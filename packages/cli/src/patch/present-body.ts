/** The body that a function of kernel code has at present, cut out of its source so that it can stand in a file of a user. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A package whose sources are looked at. */
export interface CodeHome {
  /** `@shootdown/core` */
  readonly name: string;
  readonly folder: string;
}

/** A body, with what it needs. */
export interface PresentBody {
  /** Comment above the function, if it has one. */
  readonly comment: string;
  /** `(cpu: Cpu, mm: Mm): Op` */
  readonly signature: string;
  /** With its braces. */
  readonly block: string;
  /** What `this` has, of a body that uses it: `{ readonly below: MmHooks }`. */
  readonly self: string | undefined;
  /** Names to import, by face. */
  readonly imports: ReadonlyMap<string, ReadonlySet<string>>;
  /** Declarations that only its file has, in the order of the text. */
  readonly helpers: readonly string[];
  /** Path of the source, from the folder of packages. */
  readonly from: string;
}

type Body = ts.FunctionExpression | ts.ArrowFunction | ts.MethodDeclaration;

/** A place in some source. */
interface Found {
  readonly home: CodeHome;
  readonly path: string;
  readonly source: ts.SourceFile;
  readonly body: Body;
  /** What the comment stands above. */
  readonly above: ts.Node;
}

/** @param name as generic code exports it, or its symbol in Linux */
export const bodyOfFunction = (homes: readonly CodeHome[], name: string): PresentBody | undefined =>
  cut(find(homes, (source) => [functionIn(source, name)]));

/** The body of a hook in a layer. */
export const bodyOfHook = (homes: readonly CodeHome[], layer: string, hook: string): PresentBody | undefined =>
  cut(find(homes, (source) => [hookIn(source, layer, hook)]));

function find(
  homes: readonly CodeHome[],
  look: (source: ts.SourceFile) => readonly (Pick<Found, 'body' | 'above'> | undefined)[],
): Found | undefined {
  for (const home of homes)
    for (const path of sourcesOf(home)) {
      const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
      const found = look(source).find((one) => one !== undefined);
      if (found) return { home, path, source, ...found };
    }
  return undefined;
}

const sourcesOf = ({ folder }: CodeHome): string[] =>
  ['src/kernel', 'src/arch', 'src']
    .map((name) => join(folder, name))
    .filter((name) => existsSync(name))
    .flatMap((name) =>
      readdirSync(name)
        .filter((file) => file.endsWith('.ts'))
        .map((file) => join(name, file)),
    );

/** `const NAME = operation(linux(..., SYMBOL), function* ...)`, or with `replaceable`. */
function functionIn(source: ts.SourceFile, name: string): Pick<Found, 'body' | 'above'> | undefined {
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name: own, initializer } of statement.declarationList.declarations) {
      if (!initializer || !ts.isCallExpression(initializer)) continue;
      if (!/^(operation|replaceable)$/.test(initializer.expression.getText())) continue;
      const [place, body] = initializer.arguments;
      const symbol = place && ts.isCallExpression(place) ? place.arguments.at(-1) : undefined;
      const isIt = own.getText() === name || (symbol && ts.isStringLiteral(symbol) && symbol.text === name);
      if (isIt && body && (ts.isFunctionExpression(body) || ts.isArrowFunction(body)))
        return { body, above: statement };
    }
  }
  return undefined;
}

function hookIn(source: ts.SourceFile, layer: string, hook: string): Pick<Found, 'body' | 'above'> | undefined {
  for (const statement of source.statements) {
    if (!ts.isClassDeclaration(statement) || statement.name?.text !== layer) continue;
    const method = statement.members.find((one) => ts.isMethodDeclaration(one) && one.name.getText() === hook);
    if (method && ts.isMethodDeclaration(method)) return { body: method, above: method };
  }
  return undefined;
}

function cut(found: Found | undefined): PresentBody | undefined {
  if (!found?.body.body) return undefined;
  const { source, body, home, path } = found;
  const top = topOf(source, home);
  const imports = new Map<string, Set<string>>();
  const helpers = new Map<ts.Statement, string>();
  const need = (node: ts.Node): void => {
    for (const name of namesIn(node)) {
      const declared = top.get(name);
      if (declared === undefined) continue;
      if ('face' in declared) imports.set(declared.face, (imports.get(declared.face) ?? new Set()).add(declared.as));
      else if (!helpers.has(declared)) {
        helpers.set(declared, withComment(declared, source));
        need(declared);
      }
    }
  };
  for (const part of [...body.parameters, ...(body.type ? [body.type] : []), body.body!]) need(part);
  const self = selfOf(body, need);
  const generics = body.typeParameters ? `<${body.typeParameters.map((one) => one.getText()).join(', ')}>` : '';
  return {
    comment: commentOf(found.above, source),
    signature: `${generics}(${body.parameters.map((one) => one.getText()).join(', ')})${body.type ? `: ${body.type.getText()}` : ''}`,
    block: ts.isBlock(body.body!) ? dedent(body.body) : `{\n  return yield* ${body.body!.getText()};\n}`,
    self,
    imports,
    helpers: [...helpers].sort(([a], [b]) => a.pos - b.pos).map(([, text]) => text),
    from: path.slice(path.indexOf(home.folder) + home.folder.length + 1),
  };
}

/** What is imported: from where, and as what, such as `end as complete`. */
interface Imported {
  readonly face: string;
  readonly as: string;
}

/** What names at the top of a file mean: a face to import them from, or a statement that only the file has. */
function topOf(source: ts.SourceFile, home: CodeHome): ReadonlyMap<string, Imported | ts.Statement> {
  const top = new Map<string, Imported | ts.Statement>();
  const own = `${home.name}/kernel`;
  for (const statement of source.statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = (statement.moduleSpecifier as ts.StringLiteral).text;
      const face = from.startsWith('.')
        ? own
        : from.startsWith('@shootdown/explorer') || from === '@shootdown/core/plugin'
          ? '@shootdown/core/kernel'
          : from;
      const bindings = statement.importClause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings))
        for (const { name, propertyName } of bindings.elements)
          top.set(name.text, { face, as: propertyName ? `${propertyName.text} as ${name.text}` : name.text });
      continue;
    }
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword);
    for (const name of declaredBy(statement)) top.set(name, exported ? { face: own, as: name } : statement);
  }
  return top;
}

function declaredBy(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name)
        ? [name.text]
        : name.elements.flatMap((one) => (ts.isBindingElement(one) ? [one.name.getText()] : [])),
    );
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement)
  )
    return statement.name ? [statement.name.text] : [];
  return [];
}

/** Identifiers that may name something at the top of the file. */
function namesIn(node: ts.Node): Set<string> {
  const names = new Set<string>();
  const visit = (one: ts.Node): void => {
    if (ts.isIdentifier(one) && !isMember(one)) names.add(one.text);
    ts.forEachChild(one, visit);
  };
  visit(node);
  return names;
}

const isMember = (one: ts.Identifier): boolean =>
  (ts.isPropertyAccessExpression(one.parent) && one.parent.name === one) ||
  ((ts.isPropertyAssignment(one.parent) || ts.isPropertySignature(one.parent)) && one.parent.name === one);

/** Of a body that says `this`, the fields that its layer gets injected. */
function selfOf(body: Body, need: (node: ts.Node) => void): string | undefined {
  if (!body.body || !saysThis(body.body) || !ts.isClassDeclaration(body.parent)) return undefined;
  const made = body.parent.members.find(ts.isConstructorDeclaration);
  const fields = (made?.parameters ?? []).map(({ name, type }) => {
    if (type) need(type);
    return `readonly ${name.getText()}: ${type?.getText() ?? 'never'}`;
  });
  return `{ ${fields.join('; ')} }`;
}

const saysThis = (node: ts.Node): boolean =>
  node.kind === ts.SyntaxKind.ThisKeyword || (ts.forEachChild(node, (one) => saysThis(one) || undefined) ?? false);

function commentOf(node: ts.Node, source: ts.SourceFile): string {
  const range = ts.getLeadingCommentRanges(source.text, node.pos)?.at(-1);
  return range ? source.text.slice(range.pos, range.end).replaceAll(/\n +\*/g, '\n *') : '';
}

const withComment = (node: ts.Node, source: ts.SourceFile): string =>
  [commentOf(node, source), node.getText()].filter((part) => part !== '').join('\n');

/** The text of a block, its closing brace at the left margin. */
function dedent(block: ts.Node): string {
  const lines = block.getText().split('\n');
  const margin = /^ */.exec(lines.at(-1) ?? '')![0].length;
  return lines
    .map((line, i) => (i === 0 ? line : line.slice(Math.min(margin, /^ */.exec(line)![0].length))))
    .join('\n');
}
