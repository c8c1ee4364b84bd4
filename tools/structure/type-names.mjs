/** No package exports two types of one name: a name that is read says which is meant. */
import ts from 'typescript';
import { packagesOf, sourcesOf } from './imports.mjs';

/** Names that are exported more than once and are known. The list only shrinks. */
export const KNOWN = [];

const isType = (node) =>
  ts.isInterfaceDeclaration(node) ||
  ts.isTypeAliasDeclaration(node) ||
  ts.isClassDeclaration(node) ||
  ts.isEnumDeclaration(node);

const isExported = (node) => ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;

/** What is wrong, one text each; empty when nothing is. */
export function typeNameProblems(root, known = KNOWN) {
  return packagesOf(root).flatMap((packageName) => {
    const places = new Map();
    for (const { path, ast } of sourcesOf(root, packageName)) {
      const names = ast.statements
        .filter((node) => isType(node) && isExported(node) && node.name)
        .map(({ name }) => name.text);
      // an interface and a class that are merged are one type
      for (const name of new Set(names)) places.set(name, [...(places.get(name) ?? []), path]);
    }
    const twice = [...places].filter(([, paths]) => paths.length > 1).sort();
    const isKnown = (name) => known.includes(`${packageName}: ${name}`);
    return [
      ...twice
        .filter(([name]) => !isKnown(name))
        .map(
          ([name, paths]) =>
            `${packageName}: ${name} is exported by ${paths.join(' and ')}: each type has a name of its own`,
        ),
      ...known
        .filter((it) => it.startsWith(`${packageName}: `) && !twice.some(([name]) => it === `${packageName}: ${name}`))
        .map((it) => `"${it}" is exported once: it leaves the list of tools/structure/type-names.mjs`),
    ];
  });
}
