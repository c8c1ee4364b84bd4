/** `new`: the beginning of an architecture, which passes its tests as it stands, or of a patch. */
import { Mistake } from '@shootdown/core/mistakes';
import { dirname, posix } from 'node:path';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { EXIT } from '../exit.ts';
import { archFiles } from '../scaffold/arch-files.ts';
import { REQUIRED } from '../scaffold/hooks-text.ts';
import { shootdownOf } from '../scaffold/machine-text.ts';
import { badName } from '../scaffold/names.ts';
import { Workspace } from '../scaffold/workspace.ts';
import { CORE, MODULES, type Command, type Core, type Lazy, type Modules, type Result } from '../tokens.ts';

/** Options of `new`. */
interface NewOptions {
  readonly like?: string;
  readonly dir?: string;
  readonly touch?: readonly string[];
}

// Not in the class: the compiler leaves the ending of an import within decorated code as it is.
const lazily = { begin: () => import('../patch/begin.ts') };

@injectable()
export class New implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
    @inject(MODULES) private readonly modules: Modules,
  ) {}

  async run([what, name = '']: readonly string[], options: NewOptions): Promise<Result> {
    if (what === 'patch') return this.#patch(name, options);
    if (options.touch !== undefined)
      throw new Mistake('SD_BAD_OPTION', '--touch is for a new patch.', 'Write: shootdown new patch NAME --touch ...');
    return this.#arch(name, options);
  }

  /** A folder with the present bodies of what is to be replaced. */
  async #patch(name: string, { touch = [], dir = '.' }: NewOptions): Promise<Result> {
    const core = await this.core();
    const { beginPatch } = await lazily.begin();
    const created = await beginPatch({ name, touch, dir }, core, this.catalog);
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'created', created }, exit: EXIT.ok };
  }

  async #arch(name: string, options: NewOptions): Promise<Result> {
    const core = await this.core();
    const refuse = (what: string, hint: string): never => {
      throw new Mistake('SD_BAD_OPTION', what, hint);
    };
    const bad = badName(name);
    if (bad !== undefined) refuse(`"${name}" cannot be the name of an architecture: ${bad}.`, 'Choose another name.');
    const config = this.modules.findConfig();
    if (config === undefined)
      refuse(
        'there is no workspace here.',
        'Run it in a checkout of shootdown: next to shootdown.config.mjs, or below.',
      );
    const workspace = new Workspace(dirname(config ?? ''));
    const folder = this.#folder(workspace, options.dir ?? 'packages', name, refuse);
    const archs = await this.catalog.archs();
    if (archs.some((a) => a.id === name))
      refuse(`there is an architecture called ${name} already.`, 'Choose another name.');
    const like = await this.catalog.chosenArch(options.like ?? 'arm64');
    const shootdown =
      shootdownOf(like) ??
      refuse(
        `a new architecture cannot begin like ${like.id}: its flushes go by ${like.machine.shootdown}.`,
        'Begin like one that flushes by ipi or broadcast, such as x86-64 or arm64.',
      );

    const files = archFiles({ name, like, shootdown, up: posix.relative(folder, '') || '.' });
    const { wrote, changed, left } = workspace.add(folder, files);
    const hooks = `src/${name}.ts`;
    const line = (files.get(hooks) ?? '').split('\n').findIndex((text) => text.includes('TODO')) + 1;
    const created = {
      name,
      like: like.id,
      wrote,
      changed,
      required: REQUIRED,
      inherited: core.allHooks.size - REQUIRED.length,
      left,
      next: [`npm test -- ${folder}`, `edit ${folder}/${hooks}:${line} (${REQUIRED[0]}, TODO)`],
    };
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'created', created }, exit: EXIT.ok };
  }

  #folder(workspace: Workspace, dir: string, name: string, refuse: (what: string, hint: string) => never): string {
    const parent = posix.normalize(dir.replaceAll('\\', '/')).replace(/\/$/, '');
    const known = workspace.folders();
    if (!known.includes(parent))
      refuse(
        `${dir} is no folder of packages: pnpm-workspace.yaml names ${known.join(', ') || 'none'}.`,
        `Leave --dir out, or add '${parent}/*' there.`,
      );
    const folder = posix.join(parent, `arch-${name}`);
    if (workspace.exists(folder))
      refuse(`${folder} is there already.`, 'Nothing was written. Choose another name, or remove the folder first.');
    return folder;
  }
}
