/** Finds the config file, and imports packages and files by name. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { codeOf, packageOf, shippedIn, type Shipped } from './code.ts';
import { instrumentWhatIsLoaded } from './instrumenting.ts';
import type { Recorder } from './recorder.ts';
import type { Modules } from './tokens.ts';

const CONFIG = 'shootdown.config.mjs';

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly shootdown?: { readonly archs?: readonly string[] };
}
const read = (path: string | URL): Manifest => JSON.parse(readFileSync(path, 'utf8')) as Manifest;
export const manifest = (): Manifest => read(new URL('../package.json', import.meta.url));

function configAbove(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (existsSync(join(folder, CONFIG))) return join(folder, CONFIG);
    if (folder === dirname(folder)) return undefined;
  }
}

const ownPackages = (): string[] =>
  Object.keys(manifest().dependencies).filter((name) => name.startsWith('@shootdown/'));

/** The folders of the command line, and of the packages that come with it. */
const ownFolders = (): Record<string, string> => ({
  '@shootdown/cli': packageOf(fileURLToPath(import.meta.url)),
  ...Object.fromEntries(ownPackages().map((name) => [name, packageOf(fileURLToPath(import.meta.resolve(name)))])),
});

/** What has been noted, and what was found out about the packages of the command line: once for a process or thread. */
interface Noted {
  recorder?: Recorder;
  shipped?: Shipped;
}

export const nodeModules = (cwd: string, noted: Noted = {}): Modules => ({
  findConfig: () => configAbove(cwd),
  async record(leftOut) {
    noted.shipped ??= shippedIn(ownFolders());
    const { Recorder } = await import('./recorder.ts');
    noted.recorder = new Recorder(resolve(cwd, leftOut));
  },
  code() {
    noted.shipped ??= shippedIn(ownFolders());
    return codeOf(noted.shipped, noted.recorder?.files() ?? new Map(), dirname(configAbove(cwd) ?? join(cwd, CONFIG)));
  },
  endRecord() {
    noted.recorder?.end();
    delete noted.recorder;
  },
  async load(specifier, from) {
    const url = urlOf(specifier, from ?? join(cwd, CONFIG));
    const path = pathOf(url);
    if (path !== undefined && !specifier.startsWith('@shootdown/')) await instrumentWhatIsLoaded(path);
    return (await import(url)) as Record<string, unknown>;
  },
  pathOf: (specifier, from) => pathOf(urlOf(specifier, from ?? join(cwd, CONFIG))),
  supplies: (specifier, from) =>
    isPath(specifier) ? undefined : manifestOf(pathOf(urlOf(specifier, from ?? join(cwd, CONFIG))))?.shootdown?.archs,
  shipped: (prefix) => Object.keys(manifest().dependencies).filter((name) => name.startsWith(prefix)),
});

/** The package.json of a package, above a file of it. */
function manifestOf(path: string | undefined): Manifest | undefined {
  for (let folder = path && dirname(path); folder; folder = folder === dirname(folder) ? undefined : dirname(folder))
    if (existsSync(join(folder, 'package.json'))) return read(join(folder, 'package.json'));
  return undefined;
}

const isPath = (specifier: string): boolean => /^file:|^\.{0,2}[/\\]|^[a-z]:[/\\]/i.test(specifier);
const pathOf = (url: string): string | undefined => (url.startsWith('file:') ? fileURLToPath(url) : undefined);

/** A path, seen from the file that names it; a package, as that file sees it, or else as the command line does. */
function urlOf(specifier: string, from: string): string {
  if (specifier.startsWith('file:')) return specifier;
  if (isPath(specifier)) return pathToFileURL(resolve(dirname(from), specifier)).href;
  for (const place of [from, fileURLToPath(import.meta.url)]) {
    try {
      return pathToFileURL(createRequire(place).resolve(specifier)).href;
    } catch {
      // not seen from there
    }
  }
  return specifier;
}
