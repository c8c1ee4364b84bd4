/**
 * Resumes the code of a process until its next step, and explains what is wrong with code that throws or yields no
 * steps.
 */
import { neverRun } from '../instrument/made.ts';
import { whereThrown } from '../instrument/sources.ts';
import { Mistake } from '../api/mistakes.ts';
import type { Op, Step } from '../api/step.ts';
import type { Process, System } from '../api/system.ts';

/**
 * Hands the code what its last step observed and runs it to its next step.
 * @param op the code, as `process.body()` made it
 * @param observed ignored by code that has not started
 * @returns the next step, or undefined when the code has returned
 * @throws Mistake SD_OPERATION_THREW, SD_BAD_STEP, SD_FORGOTTEN_YIELD or SD_HIDDEN_STATE
 */
export function resume(system: System, process: Process, op: Op<unknown>, observed: number): Step | undefined {
  let result: IteratorResult<Step, unknown>;
  try {
    result = op.next(observed);
  } catch (cause) {
    // A mistake explains itself.
    if (cause instanceof Mistake) throw cause;
    throw neverRun(process.name, cause) ?? operationThrew(process.name, system.where(), cause);
  }
  if (result.done === true) {
    const forgotten = neverRun(process.name);
    if (forgotten) throw forgotten;
    return undefined;
  }
  const wrong = malformed(result.value, system.cellCount);
  if (wrong !== undefined) {
    throw new Mistake(
      'SD_BAD_STEP',
      `${process.name} in ${place(system.where())} yields a step that ${wrong}: ${tellStep(result.value)}`,
      'Kernel code yields only what the CPU makes: `yield* cpu.load(cell)`, with the star.',
    );
  }
  return result.value;
}

/** Where code is, for a message: `transfer > withdraw`. */
export const place = (where: readonly string[]): string => (where.length === 0 ? 'its body' : where.join(' > '));

/** A step in a message, whatever it is. */
export function tellStep(step: unknown): string {
  if (step === undefined) return 'the end of its code';
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- code yielded what is no step: anything at all
  if (step === null || typeof step !== 'object' || typeof (step as Step).kind !== 'string') return String(step);
  const { kind, cpu, cells, args, why, info } = step as Step;
  const words = [`${kind}(cells ${JSON.stringify(cells)}, args ${JSON.stringify(args)}) on cpu${cpu}`];
  if (why !== undefined) words.push(`why ${JSON.stringify(why)}`);
  if (info !== undefined) words.push(`info ${JSON.stringify(info)}`);
  return words.join(', ');
}

/** Are two steps equal in everything that decides their meaning? */
export function sameStep(a: Step | undefined, b: Step | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  return (
    a.kind === b.kind &&
    a.cpu === b.cpu &&
    a.why === b.why &&
    sameNumbers(a.cells, b.cells) &&
    sameNumbers(a.args, b.args) &&
    (a.info === b.info || JSON.stringify(a.info) === JSON.stringify(b.info))
  );
}

export const sameNumbers = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i]);

function malformed(step: unknown, cellCount: number): string | undefined {
  if (step === null || typeof step !== 'object') return 'is not an object';
  const { kind, cpu, cells, args } = step as Partial<Step>;
  if (typeof kind !== 'string') return 'has no kind';
  if (!Number.isInteger(cpu)) return 'has no CPU';
  if (!Array.isArray(cells) || !Array.isArray(args)) return 'lacks cells or args';
  if (!cells.every((cell) => Number.isInteger(cell) && cell >= 0 && cell < cellCount))
    return `names a cell outside 0..${cellCount - 1}`;
  if (!args.every((arg) => Number.isFinite(arg))) return 'has an operand that is not a finite number';
  return undefined;
}

/** What the JavaScript engine says of a change of a frozen object. */
const FROZEN = /read only property|object is not extensible/;

/**
 * The mistake of code that threw, with the place in its source.
 * @param who whose code it is
 * @param where operations and hooks it was inside of
 * @param cause what it threw; a mistake explains itself, and stays what it is
 */
export function operationThrew(who: string, where: readonly string[], cause: unknown): Mistake {
  if (cause instanceof Mistake) return cause;
  const at = whereThrown(cause);
  const inPlace = at === undefined ? '' : `, at ${at}`;
  const mistake =
    cause instanceof TypeError && FROZEN.test(cause.message)
      ? // Objects that are shared between executions are frozen.
        new Mistake(
          'SD_HIDDEN_STATE',
          `${who} in ${place(where)} changes a field of an object that must stay as it is: ${cause.message}${inPlace}.`,
          'Fields are not seen by the explorer. What code remembers is a cell (`cells` of the machine), or a local variable of the generator.',
        )
      : new Mistake(
          'SD_OPERATION_THREW',
          `${who} threw in ${place(where)}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}${inPlace}.`,
          'Kernel code must cope with everything it can observe. To give up at what is not modelled, `yield* cpu.give_up(...)`; what must never happen is a claim.',
        );
  mistake.cause = cause;
  return mistake;
}
