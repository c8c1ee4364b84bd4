/** `explain`: the contract of a hook. */
import type { ArchSpec, Contract } from '@shootdown/core';
import type { Answer, HookPage } from '@shootdown/report';
import { inject, injectable } from 'tsyringe';
import { Catalog } from '../catalog.ts';
import { EXIT } from '../exit.ts';
import { select } from '../select.ts';
import { CORE, type Command, type Core, type Lazy, type Result } from '../tokens.ts';

@injectable()
export class Explain implements Command {
  constructor(
    @inject(CORE) private readonly core: Lazy<Core>,
    @inject(Catalog) private readonly catalog: Catalog,
  ) {}

  async run([name = '']: readonly string[], options: { readonly arch?: readonly string[] }): Promise<Result> {
    const core = await this.core();
    const [contract] = select([...core.allHooks.values()], (h) => h.hookName, [name], 'SD_UNKNOWN_HOOK_NAME');
    const archs = await this.catalog.chosenArchs(options.arch);
    const page = pageOf(
      contract as Contract,
      archs.map((arch) => answerOf(arch, name, core)),
      core,
    );
    return { report: { schemaVersion: core.SCHEMA_VERSION, kind: 'hook', page }, exit: EXIT.ok };
  }
}

/** Who answers for a hook on an architecture. */
export function answerOf(arch: ArchSpec, name: string, core: Core): Answer {
  const body = core.hooksOf(arch).find((b) => b.hookName === name);
  return {
    arch: arch.id,
    layer: body?.layer ?? 'none',
    own: body?.own ?? false,
    ...(body?.source ? { source: body.source } : {}),
  };
}

/** The contract of a hook, as sentences. */
export function pageOf(contract: Contract, answers: readonly Answer[], core: Core): HookPage {
  const locks = Object.keys(contract.locks);
  const sentences = core.sentencesOf(contract);
  const said = (kind: 'must' | 'may', when: 'enter' | 'leave'): string[] =>
    sentences.filter((s) => s.kind === kind && s.when === when).map((s) => s.sentence);
  return {
    hook: contract.hookName,
    group: contract.group,
    does: contract.does,
    calledBy: contract.calledBy,
    locks,
    waits: contract.waits,
    sleeps: contract.sleeps,
    before: said('must', 'enter').filter((s) => !locks.some((lock) => s === `${lock} is held`)),
    after: said('must', 'leave'),
    mayDiffer: said('may', 'leave'),
    doubts: contract.doubts,
    source: contract.source,
    answers,
  };
}
