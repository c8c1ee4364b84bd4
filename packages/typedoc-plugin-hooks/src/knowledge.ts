/** Everything the pages are written from, and the questions that several of them ask. */
import { allHooks, type Contract, type RaceCase } from '@shootdown/core';
import { races } from '@shootdown/workloads';
import {
  bodyTexts,
  hookDeclarations,
  operationDeclarations,
  type BodyText,
  type Declared,
  type DeclaredOperation,
} from './declarations.ts';
import type { ArchFacts } from './facts.ts';
import type { Pictures } from './pictures.ts';

export class Knowledge {
  readonly hooks: readonly Contract[] = [...allHooks.values()];
  readonly races: readonly RaceCase[] = races;
  readonly declared: ReadonlyMap<string, Declared> = hookDeclarations();
  readonly operations: ReadonlyMap<string, DeclaredOperation> = operationDeclarations();
  readonly bodies: ReadonlyMap<string, BodyText> = bodyTexts();

  constructor(
    readonly archs: readonly ArchFacts[],
    readonly pictures: Pictures = { races: {}, heldOff: {}, functions: {} },
  ) {}

  /** Hooks that the kernel has no body for. */
  readonly required = (hook: string): boolean => !this.bodies.has(`Generic.${hook}`);

  /** Architectures on which a built-in story reaches what `goesBy` recognizes. */
  reaching(goesBy: (stack: readonly string[]) => boolean, story?: string): string[] {
    return this.archs
      .filter((a) => a.stories.some((s) => (story === undefined || s.id === story) && s.stacks.some(goesBy)))
      .map((a) => a.arch.id);
  }

  /** Architectures in words: `all`, or their names. */
  among(archs: readonly string[]): string {
    if (archs.length === this.archs.length) return 'all';
    return archs.length === 0 ? 'none' : archs.map((a) => `\`${a}\``).join(', ');
  }

  /** Call stacks of all stories on all architectures, in the order in which searches came to them. */
  stacks(): { readonly arch: string; readonly stack: readonly string[] }[] {
    return this.archs.flatMap((a) => a.stories.flatMap((s) => s.stacks.map((stack) => ({ arch: a.arch.id, stack }))));
  }
}

export const pathOf = {
  hook: (name: string): string => `hooks/${name}.md`,
  arch: (id: string): string => `architectures/${id}.md`,
  operation: (name: string): string => `operations/${name}.md`,
  hooks: 'hooks.md',
  archs: 'architectures.md',
  operations: 'operations.md',
  races: 'races.md',
  race: (id: string): string => `races/${id}.md`,
} as const;
