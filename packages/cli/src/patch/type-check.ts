/** What is wrong with the files of a patch before anything of it runs: types, and calls whose `yield*` was forgotten. */
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { nameOfFile } from '../user-code.ts';

/** One thing that is wrong. */
export interface Flaw {
  /** `patch.ts:12` */
  readonly at: string;
  readonly what: string;
}

/** Where the command line sees its packages from. */
const HERE = fileURLToPath(import.meta.url);

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ['lib.es2024.d.ts'],
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  noImplicitOverride: true,
  experimentalDecorators: true,
  allowImportingTsExtensions: true,
  types: [],
};

/** @param files TypeScript files, absolute */
export function flawsIn(files: readonly string[]): Flaw[] {
  const host = ts.createCompilerHost(OPTIONS);
  const resolve = (name: string, from: string, mode: ts.ResolutionMode): ts.ResolvedModuleWithFailedLookupLocations =>
    ts.resolveModuleName(name, from, OPTIONS, host, undefined, undefined, mode);
  host.resolveModuleNameLiterals = (literals, containing, _redirected, options, source) =>
    literals.map((literal) => {
      const mode = ts.getModeForUsageLocation(source, literal, options);
      const found = resolve(literal.text, containing, mode);
      return found.resolvedModule || !literal.text.startsWith('@shootdown/')
        ? found
        : resolve(literal.text, HERE, mode);
    });
  const program = ts.createProgram({ rootNames: files, options: OPTIONS, host });
  const own = program
    .getSourceFiles()
    .filter(({ fileName, isDeclarationFile }) => isOwn(fileName) && !isDeclarationFile);
  const checker = program.getTypeChecker();
  const typed = own.flatMap((source) => [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ]);
  return [
    ...typed.map((one) => ({
      at: placeOf(one.file, one.start ?? 0),
      what: ts.flattenDiagnosticMessageText(one.messageText, ' '),
    })),
    ...own.flatMap((source) => forgottenIn(source, checker)),
  ];
}

const isOwn = (path: string): boolean => !path.includes('/node_modules/');

const placeOf = (source: ts.SourceFile | undefined, start: number): string =>
  source ? `${nameOfFile(source.fileName)}:${source.getLineAndCharacterOfPosition(start).line + 1}` : 'the patch';

/** Calls that only make a generator, which nobody runs. */
function forgottenIn(source: ts.SourceFile, checker: ts.TypeChecker): Flaw[] {
  const found: Flaw[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isOp(checker.getTypeAtLocation(node), checker) && !isRun(node))
      found.push({
        at: placeOf(source, node.getStart()),
        what: `${node.expression.getText()} is called and not run: a yield* is missing.`,
      });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const isOp = (type: ts.Type, checker: ts.TypeChecker): boolean =>
  /^(Generator|Op)\b/.test(checker.typeToString(type)) || type.aliasSymbol?.name === 'Op';

/** Is it delegated to, or handed on to somebody who may run it? */
function isRun(call: ts.Node): boolean {
  const { parent } = call;
  if (ts.isParenthesizedExpression(parent) || ts.isAsExpression(parent) || ts.isNonNullExpression(parent))
    return isRun(parent);
  if (ts.isConditionalExpression(parent)) return parent.condition !== call && isRun(parent);
  if (ts.isYieldExpression(parent)) return parent.asteriskToken !== undefined;
  return (
    ts.isReturnStatement(parent) ||
    ts.isArrowFunction(parent) ||
    ts.isPropertyAssignment(parent) ||
    ((ts.isCallExpression(parent) || ts.isNewExpression(parent)) && parent.expression !== call)
  );
}
