/**
 * A machine that tries every order by brute force, for programs written as generators. It shares no code with the package and knows no
 * reductions: two threads of a few accesses are all it is good for.
 */

/** What a thread asks of memory. Locations hold numbers that are not negative. */
export type Access =
  | { readonly do: 'load'; readonly at: string }
  | { readonly do: 'store'; readonly at: string; readonly value: bigint }
  /** Atomic: the buffer is empty before it, and what was there comes back. */
  | { readonly do: 'update'; readonly at: string; readonly to: (old: bigint) => bigint }
  /** Waits until the location holds 0, then makes it 1 as an update does. */
  | { readonly do: 'lock'; readonly at: string }
  | { readonly do: 'fence' };

/** What stands for a run in which somebody waits for ever. */
export const STUCK = 'stuck';

/** Runs from its beginning; what it returns is what it ends with. Has to do the same whenever it observes the same. */
export type Program = () => Generator<Access, string, bigint>;

interface State {
  /** What each thread has observed: 0 for what gives nothing back. */
  readonly seen: readonly (readonly bigint[])[];
  /** Stores held back, oldest first. */
  readonly held: readonly (readonly (readonly [string, bigint])[])[];
  readonly memory: Readonly<Record<string, bigint>>;
}

const keyOf = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}n` : one));
const replaced = <T>(list: readonly T[], i: number, one: T): T[] => list.map((old, k) => (k === i ? one : old));

/** What a thread that has observed this asks next, or what it ended with. */
function next(program: Program, seen: readonly bigint[]): IteratorResult<Access, string> {
  const running = program();
  let now = running.next();
  for (const value of seen) now = running.next(value);
  return now;
}

/**
 * Every way a run can end.
 * @param memory of sc, a store is done before its thread goes on; of tso it may be held back
 * @returns what the threads end with, and what memory holds, as texts
 */
export function everyEnd(
  programs: readonly Program[],
  first: Readonly<Record<string, bigint>>,
  memory: 'sc' | 'tso',
): Set<string> {
  const ends = new Set<string>();
  const known = new Set<string>();
  const todo: State[] = [{ seen: programs.map(() => []), held: programs.map(() => []), memory: first }];
  for (let state = todo.pop(); state; state = todo.pop()) {
    const key = keyOf(state);
    if (known.has(key)) continue;
    known.add(key);
    const after = programs.flatMap((program, i) => [...drained(state, i), ...stepped(state, i, program, memory)]);
    const stuck = after.length === 0 && programs.some((program, i) => next(program, state.seen[i]!).done !== true);
    if (stuck) ends.add(STUCK);
    else if (after.length === 0)
      ends.add(
        [...programs.map((program, i) => next(program, state.seen[i]!).value as string), keyOf(state.memory)].join(
          ' | ',
        ),
      );
    todo.push(...after);
  }
  return ends;
}

function drained(state: State, i: number): State[] {
  const [oldest, ...rest] = state.held[i]!;
  return oldest
    ? [{ ...state, held: replaced(state.held, i, rest), memory: { ...state.memory, [oldest[0]]: oldest[1] } }]
    : [];
}

function stepped(state: State, i: number, program: Program, model: 'sc' | 'tso'): State[] {
  const held = state.held[i]!;
  if (model === 'sc' && held.length > 0) return [];
  const { done, value: access } = next(program, state.seen[i]!);
  if (done === true) return [];
  const observing = (value: bigint): State => ({ ...state, seen: replaced(state.seen, i, [...state.seen[i]!, value]) });
  if (access.do === 'load')
    return [observing(held.findLast(([at]) => at === access.at)?.[1] ?? state.memory[access.at]!)];
  if (access.do === 'store')
    return [{ ...observing(0n), held: replaced(state.held, i, [...held, [access.at, access.value] as const]) }];
  if (held.length > 0) return [];
  if (access.do === 'fence') return [observing(0n)];
  const old = state.memory[access.at]!;
  if (access.do === 'lock')
    return old === 0n ? [{ ...observing(0n), memory: { ...state.memory, [access.at]: 1n } }] : [];
  return [{ ...observing(old), memory: { ...state.memory, [access.at]: access.to(old) } }];
}
