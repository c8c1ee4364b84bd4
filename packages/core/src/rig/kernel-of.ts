/** What a machine is told of the kernel that runs on it: changes, options, numbers, and who answers for each hook. */
import type { ArchSpec } from '../arch/declaration.ts';
import { checkResult } from '../arch/layer.ts';
import type { Hook } from '../contract/hook.ts';
import type { Ablation } from '../machine/ablation.ts';
import type { Kernel } from '../machine/cpu.ts';
import { didYouMean, Mistake } from '@shootdown/explorer';
import type { Source } from '../words/source.ts';
import type { KernelConfig } from '../words/spec.ts';
import { askableOn } from './names.ts';
import type { Stack } from './stack.ts';
import type { Thresholds } from './thresholds.ts';

export interface KernelParts {
  readonly stack: Stack;
  readonly numbers: Readonly<Record<string, number>>;
  /** Told what is read and compared. */
  readonly thresholds?: Thresholds;
  readonly config: KernelConfig;
  /** Is a claim of this hook asked for? */
  watches(hookName: string): boolean;
  /** Told the name of each hook as it is called. */
  calls?(hookName: string): void;
  readonly ablation?: Ablation;
}

export function kernelOf(
  arch: ArchSpec,
  { stack, numbers, thresholds, config, watches, calls, ablation }: KernelParts,
): Kernel {
  const askable = askableOn(arch);
  const number = (name: string): number => {
    const value = numbers[name];
    if (value === undefined)
      throw new Mistake(
        'SD_BAD_ARCH',
        `architecture ${arch.id} has no number ${name}.`,
        `List it under numbers of its machine spec. It has ${Object.keys(numbers).join(', ')}.`,
      );
    return value;
  };
  return {
    has(name) {
      if (stack.changes.has(name)) return true;
      if (askable.has(name)) return false;
      const near = didYouMean(name, askable);
      throw new Mistake(
        'SD_UNKNOWN_CHANGE',
        `code on ${arch.id} asks whether it has ${name}, which is no change of generic code, nor of this architecture.`,
        near ? `Did you mean ${near}?` : 'List it under history of the architecture.',
      );
    },
    config,
    number(name) {
      thresholds?.read(name);
      return number(name);
    },
    compare: (name, over) => (thresholds ? thresholds.compare(name, over, number) : over(number)),
    *dispatch(cpu, hook, args) {
      const contract = hook as Hook;
      calls?.(contract.hookName);
      const body = stack.bodies.get(contract.hookName);
      if (!body) throw new Mistake('SD_MISSING_HOOK', `architecture ${arch.id} has no ${contract.hookName}.`);
      const result = yield* body.run(cpu, ...args);
      checkResult(body, contract.returns, result);
      return result;
    },
    hookName: (hook) => (hook as Hook).hookName,
    ...(stack.replacements.functions.size > 0 && {
      replacement: (source: Source) => stack.replacements.functions.get(source),
    }),
    watches,
    ...(ablation ? { ablation } : {}),
  };
}
