/** Random programs of a few accesses, as acts for the axioms and as text of three instruction sets. */
import type { Act, Model, Program } from './axioms.ts';
import { dice } from './x86-programs.ts';

export type Isa = 'AArch64' | 'PPC' | 'X86_64';
type Dice = ReturnType<typeof dice>;

/** What programs are made of: weights of the acts, and names of barriers. */
interface Taste {
  readonly fences: readonly string[];
  /** Dependencies, acquire, release, exclusives, atomics without result. */
  readonly subtle: boolean;
  readonly updates: boolean;
  readonly exclusives: boolean;
}
const TASTES: Readonly<Record<Isa, Taste>> = {
  AArch64: {
    fences: ['dmb sy', 'dmb ld', 'dmb st', 'dsb st', 'isb', 'isb'],
    subtle: true,
    updates: true,
    exclusives: true,
  },
  PPC: { fences: ['sync', 'lwsync', 'lwsync', 'eieio', 'isync'], subtle: true, updates: false, exclusives: true },
  X86_64: { fences: ['mfence'], subtle: false, updates: true, exclusives: false },
};

/** @param seed equal seeds give equal programs */
export function randomProgram(seed: number, isa: Isa): Program {
  const upTo = dice(seed);
  const threads = upTo(3) === 0 ? 3 : 2;
  const locations = 2 + upTo(2);
  const most = threads === 3 ? 2 : 3;
  return {
    locations,
    threads: Array.from({ length: threads }, () => randomThread(upTo, locations, most, TASTES[isa])),
  };
}

function randomThread(upTo: Dice, locations: number, most: number, taste: Taste): Act[] {
  const acts: Act[] = [];
  const loaded: number[] = [];
  let registers = 0;
  let linked: number | undefined;
  const fresh = (): number => registers++;
  const one = <T>(list: readonly T[]): T => list[upTo(list.length)]!;
  const number = (): number => 1 + upTo(2);
  for (let k = 0; k < most; k++) {
    const at = upTo(locations);
    const on = taste.subtle && loaded.length > 0 && upTo(2) === 0 ? one(loaded) : undefined;
    if (k > 0 && upTo(3) === 0) acts.push({ do: 'fence', name: one(taste.fences) });
    if (on !== undefined && upTo(3) === 0) {
      acts.push({ do: 'branch', on });
      const context = taste.fences.find((name) => name.startsWith('is'));
      if (context !== undefined && upTo(2) === 0) acts.push({ do: 'fence', name: context });
    }
    const index = on !== undefined && upTo(2) === 0 ? { index: on } : {};
    const kind = upTo(taste.updates ? 9 : 6);
    if (kind < 3) {
      const to = fresh();
      const exclusive = taste.exclusives && upTo(4) === 0;
      const mark =
        taste.updates && taste.subtle && !('index' in index)
          ? one([undefined, undefined, 'A', exclusive ? 'A' : 'Q'] as const)
          : undefined;
      acts.push({
        do: 'load',
        to,
        at,
        ...(exclusive ? {} : index),
        ...(mark && { mark }),
        ...(exclusive && { exclusive }),
      });
      loaded.push(to);
      if (exclusive) linked = at;
      if (on !== undefined && taste.updates && taste.subtle && upTo(5) === 0) {
        const to2 = fresh();
        acts.push({ do: 'select', to: to2, on: to });
        loaded.push(to2);
      }
    } else if (kind < 6) {
      const exclusive = linked !== undefined && upTo(3) > 0;
      const from = on !== undefined && !('index' in index) && upTo(2) === 0 ? { from: on } : {};
      const release = taste.updates && taste.subtle && !('index' in index) && upTo(4) === 0;
      acts.push({
        do: 'store',
        at: exclusive ? linked! : at,
        ...(exclusive ? {} : index),
        value: { number: number(), ...from },
        ...(release && { release }),
        ...(exclusive && { exclusive: fresh() }),
      });
      if (exclusive) linked = undefined;
    } else {
      const how = one(['swap', 'add', 'cas'] as const);
      const unreturned = taste.subtle && how !== 'cas' && upTo(3) === 0;
      const to = unreturned ? {} : { to: fresh() };
      acts.push({
        do: 'update',
        how,
        ...to,
        at,
        value: number(),
        ...(how === 'cas' && { expected: upTo(2) }),
        ...(taste.subtle && upTo(2) === 0 && { acquire: true as const }),
        ...(taste.subtle && upTo(2) === 0 && { release: true as const }),
      });
      if (to.to !== undefined) loaded.push(to.to);
    }
  }
  return acts;
}

const NAMES = ['x', 'y', 'z'];
/** Registers 1 to 3 hold addresses of AArch64 and PPC; those of the program come behind, then those for what is computed on the way. */
const FIRST = 4;
const SCRATCH = 20;
const X86 = ['rax', 'rbx', 'rcx', 'rdx', 'rsi', 'rdi', 'r8', 'r9'];

const sized = (act: Act): number =>
  'to' in act && act.to !== undefined
    ? act.to + 1
    : 'exclusive' in act && typeof act.exclusive === 'number'
      ? act.exclusive + 1
      : 0;

/** The program as text; the condition is true of every end, and all registers and locations are listed. */
export function textOf(program: Program, isa: Isa): string {
  const columns = program.threads.map((acts, thread) => acts.flatMap((act, i) => linesOf(act, isa, `L${thread}${i}`)));
  const length = Math.max(...columns.map((lines) => lines.length));
  const rows = Array.from({ length }, (_, i) => ` ${columns.map((lines) => lines[i] ?? '').join(' | ')} ;`);
  const places = program.threads.flatMap((acts, thread) =>
    Array.from({ length: Math.max(0, ...acts.map(sized)) }, (_, r) => `${thread}:${nameOf(r, isa)};`),
  );
  const addresses = program.threads.flatMap((_, thread) =>
    isa === 'X86_64'
      ? []
      : NAMES.slice(0, program.locations).map((name, i) => `${thread}:${isa === 'PPC' ? 'r' : 'X'}${i + 1}=${name};`),
  );
  const names = NAMES.slice(0, program.locations);
  return [
    `${isa} random`,
    `{ ${names.map((name) => (isa === 'X86_64' ? `uint64_t ${name};` : `${name}=0;`)).join(' ')} ${addresses.join(' ')} }`,
    ` ${columns.map((_, i) => `P${i}`).join(' | ')} ;`,
    ...rows,
    `locations [${places.join(' ')} ${names.map((name) => `${name};`).join(' ')}]`,
    'forall true',
    '',
  ].join('\n');
}
const nameOf = (r: number, isa: Isa): string =>
  isa === 'X86_64' ? X86[r]! : `${isa === 'PPC' ? 'r' : 'X'}${r + FIRST}`;

function linesOf(act: Act, isa: Isa, label: string): string[] {
  return isa === 'AArch64' ? arm(act, label) : isa === 'PPC' ? ppc(act, label) : x86(act);
}

function arm(act: Act, label: string): string[] {
  const w = (r: number): string => `W${r + FIRST}`;
  const [index, value] = [`W${SCRATCH}`, `W${SCRATCH + 1}`];
  if (act.do === 'fence') return [act.name === 'mfence' ? 'DMB SY' : act.name.toUpperCase()];
  if (act.do === 'branch') return [`CBNZ ${w(act.on)},${label}`, `${label}:`];
  if (act.do === 'select')
    return [`CMP ${w(act.on)},#1`, `MOV ${index},#1`, `MOV ${value},#2`, `CSEL ${w(act.to)},${index},${value},EQ`];
  const plain = `[X${act.at + 1}]`;
  if (act.do === 'load') {
    const name = act.exclusive ? (act.mark ? 'LDAXR' : 'LDXR') : { '': 'LDR', A: 'LDAR', Q: 'LDAPR' }[act.mark ?? ''];
    return act.index === undefined
      ? [`${name} ${w(act.to)},${plain}`]
      : [`EOR ${index},${w(act.index)},${w(act.index)}`, `LDR ${w(act.to)},[X${act.at + 1},${index},SXTW]`];
  }
  if (act.do === 'store') {
    const { from, number } = act.value;
    const made =
      from === undefined
        ? [`MOV ${value},#${number}`]
        : [`EOR ${value},${w(from)},${w(from)}`, `ADD ${value},${value},#${number}`];
    if (act.exclusive !== undefined)
      return [...made, `${act.release ? 'STLXR' : 'STXR'} ${w(act.exclusive)},${value},${plain}`];
    if (act.index === undefined) return [...made, `${act.release ? 'STLR' : 'STR'} ${value},${plain}`];
    return [...made, `EOR ${index},${w(act.index)},${w(act.index)}`, `STR ${value},[X${act.at + 1},${index},SXTW]`];
  }
  const to = act.to === undefined ? 'WZR' : w(act.to);
  const marks = `${act.acquire ? 'A' : ''}${act.release ? 'L' : ''}`;
  if (act.how === 'cas')
    return [`MOV ${value},#${act.value}`, `MOV ${to},#${act.expected!}`, `CAS${marks} ${to},${value},${plain}`];
  return [`MOV ${value},#${act.value}`, `${act.how === 'swap' ? 'SWP' : 'LDADD'}${marks} ${value},${to},${plain}`];
}

function ppc(act: Act, label: string): string[] {
  const r = (n: number): string => `r${n + FIRST}`;
  const [index, value] = [`r${SCRATCH}`, `r${SCRATCH + 1}`];
  if (act.do === 'fence') return [act.name];
  if (act.do === 'branch') return [`cmpw ${r(act.on)},${r(act.on)}`, `beq ${label}`, `${label}:`];
  if (act.do === 'load') {
    if (act.exclusive) return [`lwarx ${r(act.to)},0,r${act.at + 1}`.replace(',0,', ',r0,')];
    return act.index === undefined
      ? [`lwz ${r(act.to)},0(r${act.at + 1})`]
      : [`xor ${index},${r(act.index)},${r(act.index)}`, `lwzx ${r(act.to)},${index},r${act.at + 1}`];
  }
  if (act.do !== 'store') throw new Error(`POWER has no ${act.do}`);
  const { from, number } = act.value;
  const made =
    from === undefined
      ? [`li ${value},${number}`]
      : [`xor ${value},${r(from)},${r(from)}`, `addi ${value},${value},${number}`];
  if (act.exclusive !== undefined) {
    const [status, done] = [r(act.exclusive), `${label}done`];
    // The register says 0 where it was done, and depends on the branch alone.
    return [
      ...made,
      `stwcx. ${value},r0,r${act.at + 1}`,
      `li ${status},0`,
      `beq ${done}`,
      `li ${status},1`,
      `${done}:`,
    ];
  }
  if (act.index === undefined) return [...made, `stw ${value},0(r${act.at + 1})`];
  return [...made, `xor ${index},${r(act.index)},${r(act.index)}`, `stwx ${value},${index},r${act.at + 1}`];
}

function x86(act: Act): string[] {
  if (act.do === 'fence') return [act.name];
  if (act.do === 'load') return [`movq (${NAMES[act.at]}),%${X86[act.to]}`];
  if (act.do === 'store') return [`movq $${act.value.number},(${NAMES[act.at]})`];
  if (act.do !== 'update') throw new Error(`x86 has no ${act.do}`);
  const [at, to] = [NAMES[act.at], X86[act.to!]];
  if (act.how === 'cas')
    return [
      `movq %rax,%r15`,
      `movq $${act.expected},%rax`,
      `movq $${act.value},%r14`,
      `lock cmpxchgq %r14,(${at})`,
      `movq %rax,%r13`,
      `movq %r15,%rax`,
      `movq %r13,%${to}`,
    ];
  return [`movq $${act.value},%${to}`, `${act.how === 'swap' ? 'xchgq' : 'lock xaddq'} %${to},(${at})`];
}

/** An end as the axioms write it. */
export function endText(program: Program, isa: Isa, end: Readonly<Record<string, string>>): string {
  return [
    ...program.threads.map((acts, thread) =>
      Array.from(
        { length: Math.max(0, ...acts.map(sized)) },
        (_, r) => `${r}=${end[`${thread}:${nameOf(r, isa)}`]}`,
      ).join(),
    ),
    NAMES.slice(0, program.locations)
      .map((name) => end[`[${name}]`])
      .join(),
  ].join(' | ');
}
export const OWN: Readonly<Record<Isa, Model>> = { AArch64: 'armv8', PPC: 'power', X86_64: 'tso' };
