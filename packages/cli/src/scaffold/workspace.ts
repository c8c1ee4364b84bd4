/** The workspace that a new architecture is written into. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, resolve } from 'node:path';
import { withArch, withImporter, withReference } from './register.ts';

const CONFIG = 'shootdown.config.mjs';
const LOCK = 'pnpm-lock.yaml';
/** A copy of the lockfile that was installed last: see build/setup.mjs. */
const STAMP = 'node_modules/.shootdown-lock.yaml';
const PROJECTS = ['tsconfig.json', 'tsconfig.test.json'];

/** What writing a package did. Paths are from the top of the workspace. */
export interface Written {
  readonly wrote: readonly string[];
  readonly changed: readonly string[];
  /** What is left to do by hand. */
  readonly left: readonly string[];
}

export class Workspace {
  constructor(readonly root: string) {}

  exists = (path: string): boolean => existsSync(join(this.root, path));
  read = (path: string): string => readFileSync(join(this.root, path), 'utf8');

  /** Folders whose packages belong to the workspace: `packages`. */
  folders(): string[] {
    const text = this.exists('pnpm-workspace.yaml') ? this.read('pnpm-workspace.yaml') : '';
    return [...text.matchAll(/^\s*-\s*['"]?([^'"\s*]+)\/\*['"]?\s*$/gm)].map((m) => m[1] ?? '');
  }

  /** Writes a package that needs core and, for its tests, conformance; and makes it known. */
  add(folder: string, files: ReadonlyMap<string, string>): Written {
    const changes = new Map<string, string>();
    const left: string[] = [];
    const entry = `./${folder}/dist/index.js`;
    const config = this.exists(CONFIG) ? withArch(this.read(CONFIG), entry) : undefined;
    if (config === undefined) left.push(`name '${entry}' among the arches of ${CONFIG}`);
    else changes.set(CONFIG, config);
    for (const project of PROJECTS)
      if (this.exists(project)) changes.set(project, withReference(this.read(project), folder));

    const [core, conformance] = ['core', 'conformance'].map((name) => ({
      name: `@shootdown/${name}`,
      path: posix.relative(folder, `packages/${name}`),
    }));
    const lock = this.exists(LOCK) ? this.read(LOCK) : undefined;
    const locked = lock === undefined ? undefined : withImporter(lock, folder, [core!], [conformance!]);
    if (locked === undefined) left.push('run: npm run relock');
    else changes.set(LOCK, locked);

    for (const [path, text] of files) this.#write(posix.join(folder, path), text);
    for (const [path, text] of changes) this.#write(path, text);
    // What an install would do for it. The next set-up finds everything as its lockfile says and does nothing.
    const installed = locked !== undefined && this.exists(STAMP) && this.read(STAMP) === lock;
    if (installed) {
      for (const { name, path } of [core!, conformance!])
        this.#link(posix.join(folder, 'node_modules', name), posix.join(folder, path));
      this.#write(STAMP, locked);
    }
    return { wrote: [...files.keys()].map((path) => posix.join(folder, path)), changed: [...changes.keys()], left };
  }

  #write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  #link(from: string, to: string): void {
    mkdirSync(dirname(join(this.root, from)), { recursive: true });
    // On Windows a junction, which takes whole paths and needs no rights.
    const target = process.platform === 'win32' ? resolve(this.root, to) : posix.relative(posix.dirname(from), to);
    symlinkSync(target, join(this.root, from), 'junction');
  }
}
