/** Makes a new package known to the workspace. Each function takes the text of a file and gives it back changed. */

/** The config, with one more architecture; undefined when its list of architectures cannot be found. */
export function withArch(config: string, entry: string): string | undefined {
  const list = /(\barches:\s*\[)([^\]]*?)(,?\s*)(\])/.exec(config);
  if (!list) return undefined;
  const [whole, open = '', items = '', , close = ''] = list;
  const lines = items.includes('\n');
  const separator = items.trim() === '' ? '' : lines ? `,${/\n\s*/.exec(items)?.[0] ?? ' '}` : ', ';
  const tail = lines ? ',\n  ' : '';
  return config.replace(whole, () => `${open}${items}${separator}'${entry}'${tail}${close}`);
}

/** A tsconfig with one more reference, before those to files. */
export function withReference(tsconfig: string, path: string): string {
  const json = JSON.parse(tsconfig) as { references?: { path: string }[] };
  const references = json.references ?? [];
  const file = references.findIndex((r) => r.path.endsWith('.json'));
  json.references = references.toSpliced(file < 0 ? references.length : file, 0, { path });
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

/** A dependency inside the workspace. */
export interface LocalDependency {
  readonly name: string;
  /** From the package to it: `../core`. */
  readonly path: string;
}

/**
 * A pnpm lockfile with one more package that needs others of the workspace only. An install with a frozen lockfile accepts it,
 * and needs nothing from a registry that was not there before.
 */
export function withImporter(
  lock: string,
  folder: string,
  dependencies: readonly LocalDependency[],
  devDependencies: readonly LocalDependency[],
): string | undefined {
  const lines = lock.split('\n');
  const start = lines.indexOf('importers:');
  const end = start < 0 ? -1 : lines.findIndex((line, i) => i > start && /^\S/.test(line));
  if (end < 0) return undefined;
  const group = (kind: string, those: readonly LocalDependency[]): string[] => [
    `    ${kind}:`,
    ...those.flatMap(({ name, path }) => [
      `      '${name}':`,
      '        specifier: workspace:*',
      `        version: link:${path}`,
    ]),
  ];
  const block = [
    `  ${folder}:`,
    ...group('dependencies', dependencies),
    ...group('devDependencies', devDependencies),
    '',
  ];
  const later = lines.findIndex(
    (line, i) => i > start && i < end && /^ {2}\S/.test(line) && line.trim().replace(/:.*$/, '') > folder,
  );
  return lines.toSpliced(later < 0 ? end : later, 0, ...block).join('\n');
}
