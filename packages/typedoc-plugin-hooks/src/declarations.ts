/** Reads from source text what is not there at run time: signatures, comments of parameters, bodies of hooks. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { filesUnder, root } from './workspace.ts';

/** A hook or an operation, as its author wrote it. */
export interface Declared {
  /** File, from the top of the workspace, and line. */
  readonly file: string;
  readonly line: number;
  /** The sentences of its comment. */
  readonly says: string;
  /** `(cpu: Cpu, mm: Mm) => Op` */
  readonly parameters: string;
  readonly returns: string;
  readonly params: readonly { readonly name: string; readonly says: string }[];
  readonly result: string;
}

/** The body of a hook in one layer. */
export interface BodyText {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

const parse = (path: string): ts.SourceFile =>
  ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2023, true);
const flat = (text: string): string => text.replace(/\s+/g, ' ').trim();
const lineOf = (file: ts.SourceFile, node: ts.Node): number =>
  file.getLineAndCharacterOfPosition(node.getStart()).line + 1;

function commentOf(node: ts.Node): Pick<Declared, 'says' | 'params' | 'result'> {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const words = (comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string =>
    flat(ts.getTextOfJSDocComment(comment) ?? '');
  const tags = docs.flatMap((doc) => doc.tags ?? []);
  return {
    says: words(docs.at(-1)?.comment),
    params: tags.filter(ts.isJSDocParameterTag).map((tag) => ({ name: tag.name.getText(), says: words(tag.comment) })),
    result: words(tags.find(ts.isJSDocReturnTag)?.comment),
  };
}

function declared(
  file: ts.SourceFile,
  path: string,
  statement: ts.VariableStatement,
  fn: { parameters: ts.NodeArray<ts.ParameterDeclaration>; type?: ts.TypeNode | undefined },
): Declared {
  return {
    file: path.slice(root.length + 1),
    line: lineOf(file, statement),
    ...commentOf(statement),
    parameters: fn.parameters.map((p) => flat(p.getText())).join(', '),
    returns: flat(fn.type?.getText() ?? 'Op'),
  };
}

/** Constants of a file that are made by `maker(...)`. */
function* madeBy(
  file: ts.SourceFile,
  maker: string,
): Generator<{ name: string; statement: ts.VariableStatement; call: ts.CallExpression }> {
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue;
    for (const { name, initializer } of statement.declarationList.declarations)
      if (initializer && ts.isCallExpression(initializer) && initializer.expression.getText() === maker)
        yield { name: name.getText(), statement, call: initializer };
  }
}

/** Every hook by name. */
export function hookDeclarations(): Map<string, Declared> {
  const out = new Map<string, Declared>();
  for (const path of filesUnder(join(root, 'packages/core/src/contract/hooks'))) {
    const file = parse(path);
    for (const { name, statement, call } of madeBy(file, 'hook')) {
      const type = call.typeArguments?.[0];
      if (type && ts.isFunctionTypeNode(type)) out.set(name, declared(file, path, statement, type));
    }
  }
  return out;
}

/** An operation of the generic kernel, with its place in Linux. */
export interface DeclaredOperation extends Declared {
  readonly source: { readonly version: string; readonly file: string; readonly symbol: string };
}

/** Every operation by the name that call stacks show. */
export function operationDeclarations(): Map<string, DeclaredOperation> {
  const out = new Map<string, DeclaredOperation>();
  for (const path of filesUnder(join(root, 'packages/core/src/kernel'))) {
    const file = parse(path);
    for (const { statement, call } of madeBy(file, 'operation')) {
      const [source, body] = call.arguments;
      if (!source || !ts.isCallExpression(source) || !body || !ts.isFunctionExpression(body)) continue;
      const [version = '', kernelFile = '', symbol = ''] = source.arguments.map((a) =>
        ts.isStringLiteral(a) ? a.text : a.getText(),
      );
      out.set(symbol, { ...declared(file, path, statement, body), source: { version, file: kernelFile, symbol } });
    }
  }
  return out;
}

/** Bodies of hooks by layer and hook: `X86.flush_tlb_mm`. */
export function bodyTexts(): Map<string, BodyText> {
  const out = new Map<string, BodyText>();
  const packages = readdirSync(join(root, 'packages')).filter((name) => name.startsWith('arch-'));
  for (const path of [
    join(root, 'packages/core/src/arch/generic.ts'),
    ...packages.flatMap((name) => filesUnder(join(root, 'packages', name, 'src'))),
  ]) {
    const file = parse(path);
    const visit = (node: ts.Node): void => {
      if (ts.isClassDeclaration(node) && node.name)
        for (const member of node.members)
          if (ts.isMethodDeclaration(member) && member.asteriskToken)
            out.set(`${node.name.text}.${member.name.getText()}`, {
              file: path.slice(root.length + 1),
              line: lineOf(file, member),
              code: codeOf(member),
            });
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return out;
}

/** The text of a method with the comment above it, without decorators and without the indentation of its class. */
function codeOf(method: ts.MethodDeclaration): string {
  const comments = method
    .getFullText()
    .slice(0, method.getStart() - method.getFullStart())
    .split('\n\n')
    .at(-1)!
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('//'));
  const decorators = ts.getDecorators(method) ?? [];
  const text = method.getSourceFile().text.slice(decorators.at(-1)?.end ?? method.getStart(), method.end);
  return [
    ...comments,
    ...text
      .trim()
      .split('\n')
      .map((line) => line.replace(/^ {2}/, '')),
  ].join('\n');
}
