/** `weigh`: what changes cost and save in a mix of operations. */
import { readFile } from 'node:fs/promises';
import type { Configuration, Part } from '@shootdown/core';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { EXIT } from '../exit.ts';
import { mustBeOneOf, mustDiffer, select, weightOf } from '../select.ts';
import { mustSwitch } from '../switches.ts';
import { CORE, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

/** Options of `weigh`. */
interface WeighOptions {
  readonly arch?: string;
  readonly release?: string;
  readonly with?: readonly string[];
  readonly mode?: string;
}

@injectable()
export class Weigh implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
  ) {}

  async run(
    parts: readonly string[],
    { arch: id = '', release: wanted = '', with: changes = [], mode: other = '' }: WeighOptions,
  ): Promise<Result> {
    const core = await this.core();
    const arch = await this.catalog.chosenArch(id);
    const [mode] = select(core.MODES, (m) => m, [other], 'SD_UNKNOWN_MODE');
    const release = core.releaseNamed(wanted) ?? wanted;
    mustBeOneOf(release, core.RELEASES, '--release', 'release');
    const mix: Part[] = [];
    for (const part of parts) mix.push(await this.#part(part, core));
    const kernels: Configuration[] = [
      { release, says: `Linux ${release.slice(1)}` },
      ...changes.map((text) => kernelWith(release, text)),
    ];
    mustDiffer(mix.map(({ name }) => name));
    for (const [i, text] of changes.entries()) mustSwitch(arch, kernels[0]!, kernels[i + 1]!, `--with ${text}`, core);
    const weighed = core.weigh(arch, mix, mode!, kernels);
    return {
      report: { schemaVersion: core.SCHEMA_VERSION, kind: 'weighed', arch: arch.id, mode: mode!, kernels: weighed },
      exit: EXIT.ok,
    };
  }

  /** `thp_dontneed`, `file.json=1000`. */
  async #part(text: string, core: Core): Promise<Part> {
    const { name, weight } = weightOf(text);
    const { operations } = await this.catalog.workloads();
    const operation = name.endsWith('.json')
      ? core.readOperation(JSON.parse(await readFile(name, 'utf8')) as unknown, name)
      : select(operations, (o) => o.name, [name], 'SD_UNKNOWN_OPERATION')[0]!;
    return { name: operation.name, operation, weight };
  }
}

/** `a+b+-c`: changes a and b, without c. */
function kernelWith(release: string, text: string): Configuration {
  const names = text.split('+');
  return {
    release,
    says: names.map((name) => (name.startsWith('-') ? `without ${name.slice(1)}` : name)).join('\n'),
    with: names.filter((name) => !name.startsWith('-')),
    without: names.filter((name) => name.startsWith('-')).map((name) => name.slice(1)),
  };
}
