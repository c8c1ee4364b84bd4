/**
 * Judges programs by axioms: every execution is guessed whole (values, what reads from what, the order of each location), and is kept where
 * it breaks no rule of the model. It shares no code with the package, and knows nothing of how a machine does it.
 * Sources: Alglave, Maranget, Tautschnig, "Herding Cats", TOPLAS 2014 (SC, TSO, Power); Arm Architecture Reference Manual, B2.3.
 */

/** What one thread does. Registers have numbers; locations are those of the program. */
export type Act =
  | {
      readonly do: 'load';
      readonly to: number;
      readonly at: number;
      readonly index?: number;
      readonly mark?: 'A' | 'Q';
      readonly exclusive?: true;
    }
  | {
      readonly do: 'store';
      readonly at: number;
      readonly index?: number;
      readonly value: Made;
      readonly release?: true;
      /** Register for 0 (done) or 1. */
      readonly exclusive?: number;
    }
  | {
      readonly do: 'update';
      readonly how: 'swap' | 'add' | 'cas';
      readonly to?: number;
      readonly at: number;
      readonly value: number;
      readonly expected?: number;
      readonly acquire?: true;
      readonly release?: true;
    }
  | { readonly do: 'fence'; readonly name: string }
  /** A branch to the next instruction. */
  | { readonly do: 'branch'; readonly on: number }
  /** Of two numbers the first if the register holds 1. */
  | { readonly do: 'select'; readonly to: number; readonly on: number };

/** A number, to which nothing is added that comes from a register: a dependency without effect. */
export interface Made {
  readonly number: number;
  readonly from?: number;
}

export interface Program {
  readonly locations: number;
  readonly threads: readonly (readonly Act[])[];
}
export type Model = 'sc' | 'tso' | 'armv8' | 'power';

/** Of whom a value is made, in bits of events of its thread: `p` only chose it. */
interface Deps {
  readonly v: number;
  readonly p: number;
}
const NONE: Deps = { v: 0, p: 0 };
const join = (...all: readonly Deps[]): Deps => all.reduce((a, b) => ({ v: a.v | b.v, p: a.p | b.p }));

interface Event {
  readonly kind: 'R' | 'W' | 'F';
  readonly at: number;
  readonly value: number;
  readonly fence?: string;
  readonly mark?: 'A' | 'Q';
  readonly release?: boolean;
  readonly unreturned?: boolean;
  /** The read that it belongs to, within its thread. */
  readonly atomic?: number;
  /** Is it the store of one instruction that reads with acquire? */
  readonly acquired?: boolean;
  /** Of an atomic instruction, not of an exclusive pair. */
  readonly single?: boolean;
  readonly address: Deps;
  readonly data: Deps;
  readonly control: Deps;
  readonly addresses: Deps;
  readonly context: Deps;
}
type Placed = Event & { readonly thread: number };
interface Trace {
  readonly events: readonly Event[];
  readonly registers: ReadonlyMap<number, number>;
}

interface Walk {
  readonly i: number;
  readonly events: readonly Event[];
  readonly registers: ReadonlyMap<number, readonly [number, Deps]>;
  readonly control: Deps;
  readonly addresses: Deps;
  readonly context: Deps;
  readonly link?: number;
}

/** All that one thread could do if reads gave values of these domains. */
function tracesOf(acts: readonly Act[], domain: readonly ReadonlySet<number>[], model: Model): Trace[] {
  const out: Trace[] = [];
  const arm = model === 'armv8';
  const go = (w: Walk): void => {
    const act = acts[w.i];
    if (!act) {
      out.push({ events: w.events, registers: new Map([...w.registers].map(([r, [value]]) => [r, value])) });
      return;
    }
    const next = { ...w, i: w.i + 1 };
    const made = (r: number | undefined): Deps => (r === undefined ? NONE : (w.registers.get(r)?.[1] ?? NONE));
    const put = (r: number | undefined, value: number, deps: Deps): Walk['registers'] =>
      r === undefined ? w.registers : new Map(w.registers).set(r, [value, deps]);
    if (act.do === 'branch') return go({ ...next, control: join(w.control, made(act.on)) });
    if (act.do === 'select') {
      const on = made(act.on);
      const value = w.registers.get(act.on)![0] === 1 ? 1 : 2;
      const deps = arm ? { v: 0, p: on.v | on.p } : on;
      return go({ ...next, registers: put(act.to, value, deps) });
    }
    if (act.do === 'fence') {
      const context =
        act.name === 'isb'
          ? join(w.context, w.addresses, w.control)
          : act.name === 'isync'
            ? join(w.context, w.control)
            : w.context;
      const fence: Event = {
        kind: 'F',
        at: -1,
        value: 0,
        fence: act.name,
        address: NONE,
        data: NONE,
        control: NONE,
        addresses: NONE,
        context: NONE,
      };
      return go({ ...next, events: [...w.events, fence], context });
    }
    const address = act.do === 'update' ? NONE : made(act.index);
    const base = { at: act.at, address, control: w.control, addresses: w.addresses, context: w.context };
    const after = { ...next, addresses: join(w.addresses, address) };
    if (act.do === 'store') {
      const event: Event = {
        ...base,
        kind: 'W',
        value: act.value.number,
        data: made(act.value.from),
        release: act.release === true,
      };
      if (act.exclusive === undefined) return go({ ...after, events: [...w.events, event] });
      const { link, ...unlinked } = after;
      const told = arm ? NONE : join(address, made(act.value.from));
      go({ ...unlinked, registers: put(act.exclusive, 1, told) });
      if (link === undefined || w.events[link]!.at !== act.at) return;
      return go({
        ...unlinked,
        registers: put(act.exclusive, 0, told),
        events: [...w.events, { ...event, atomic: link }],
      });
    }
    const i = w.events.length;
    const own = arm ? w.events.findLast((e) => e.kind === 'W' && e.at === act.at) : undefined;
    const deps = join({ v: 1 << i, p: 0 }, own ? own.data : NONE);
    for (const value of domain[act.at]!) {
      const mark = act.do === 'load' ? act.mark : act.acquire && act.to !== undefined ? 'A' : undefined;
      const read: Event = {
        ...base,
        kind: 'R',
        value,
        data: NONE,
        ...(mark && { mark }),
        unreturned: act.do === 'update' && act.to === undefined,
      };
      if (act.do === 'load') {
        go({
          ...after,
          events: [...w.events, read],
          registers: put(act.to, value, deps),
          ...(act.exclusive && { link: i }),
        });
        continue;
      }
      const done = act.how !== 'cas' || value === act.expected;
      const chosen: Deps = { v: 0, p: deps.v | deps.p };
      const write: Event = {
        ...base,
        kind: 'W',
        value: act.how === 'add' ? value + act.value : act.value,
        data: act.how === 'add' ? { v: deps.v, p: 0 } : act.how === 'cas' ? chosen : NONE,
        release: act.release === true,
        atomic: i,
        single: true,
        acquired: mark === 'A',
      };
      const registers = put(act.to, value, act.how === 'cas' && done && arm ? chosen : deps);
      go({ ...after, events: [...w.events, { ...read, single: true }, ...(done ? [write] : [])], registers });
    }
  };
  go({ i: 0, events: [], registers: new Map(), control: NONE, addresses: NONE, context: NONE });
  return out;
}

type Relation = Int32Array;
const empty = (n: number): Relation => new Int32Array(n);
const has = (r: Relation, a: number, b: number): boolean => ((r[a]! >>> b) & 1) === 1;
function closure(r: Relation): Relation {
  const out = r.slice();
  for (let k = 0; k < r.length; k++) for (let i = 0; i < r.length; i++) if (has(out, i, k)) out[i]! |= out[k]!;
  return out;
}
const acyclic = (r: Relation): boolean => closure(r).every((_, i, all) => !has(all, i, i));
const union = (...all: readonly Relation[]): Relation => {
  const out = empty(all[0]!.length);
  for (const r of all) r.forEach((bits, i) => (out[i]! |= bits));
  return out;
};
const sequence = (a: Relation, b: Relation): Relation => {
  const out = empty(a.length);
  a.forEach((bits, i) => {
    for (let j = 0; j < b.length; j++) if ((bits >>> j) & 1) out[i]! |= b[j]!;
  });
  return out;
};
const both = (a: Relation, b: Relation): Relation => a.map((bits, i) => bits & b[i]!);
/** The pairs for which something holds. */
const pairs = (events: readonly Placed[], test: (a: Placed, b: Placed, i: number, j: number) => boolean): Relation => {
  const out = empty(events.length);
  events.forEach((a, i) => events.forEach((b, j) => void (test(a, b, i, j) && (out[i]! |= 1 << j))));
  return out;
};

interface Candidate {
  readonly events: readonly Placed[];
  /** Number of the first event of each thread. */
  readonly first: readonly number[];
  readonly po: Relation;
  readonly sameAt: Relation;
  /** From one access to another across a barrier of this name. */
  across(name: string): Relation;
  from(deps: (e: Placed) => number): Relation;
}
function candidateOf(events: readonly Placed[], first: readonly number[]): Candidate {
  const po = pairs(events, (a, b, i, j) => a.thread === b.thread && i < j);
  return {
    events,
    first,
    po,
    sameAt: pairs(events, (a, b) => a.at === b.at && a.kind !== 'F' && b.kind !== 'F'),
    across: (name) => {
      const fences = pairs(events, (a, b) => a === b && a.fence === name);
      return sequence(sequence(po, fences), po);
    },
    from: (deps) => {
      const out = empty(events.length);
      events.forEach((e, j) => {
        for (let bits = deps(e), b = 0; bits; bits >>>= 1, b++) if (bits & 1) out[first[e.thread]! + b]! |= 1 << j;
      });
      return out;
    },
  };
}
const of = (r: Relation, events: readonly Placed[], a: (e: Placed) => boolean, b: (e: Placed) => boolean): Relation => {
  let kept = 0;
  events.forEach((e, j) => void (b(e) && (kept |= 1 << j)));
  return r.map((bits, i) => (a(events[i]!) ? bits & kept : 0));
};
const any = (e: Placed): boolean => e.kind !== 'F';
const R = (e: Placed): boolean => e.kind === 'R';
const W = (e: Placed): boolean => e.kind === 'W';

/** What a model says of an execution, in two parts: what is known before anybody reads, and what is asked then. */
interface Communication {
  readonly rf: Relation;
  readonly co: Relation;
  readonly fr: Relation;
}
const external = (r: Relation, events: readonly Placed[]): Relation =>
  both(
    r,
    pairs(events, (a, b) => a.thread !== b.thread),
  );

type Judge = (c: Candidate) => (x: Communication) => boolean;
const MODELS: Readonly<Record<Model, Judge>> = {
  sc:
    ({ po }) =>
    ({ rf, co, fr }) =>
      acyclic(union(po, rf, co, fr)),
  tso: ({ po, events, across }) => {
    const ordered = of(po, events, any, any);
    const late = of(ordered, events, W, R);
    const full = union(
      across('mfence'),
      of(ordered, events, (e) => e.single === true, any),
      of(ordered, events, any, (e) => e.single === true),
    );
    const ppo = union(
      ordered.map((bits, i) => bits & ~late[i]!),
      full,
    );
    return ({ rf, co, fr }) => acyclic(union(ppo, external(rf, events), co, fr));
  },
  armv8: (c) => {
    const lob = locallyOrdered(c);
    return ({ rf, co, fr }) =>
      acyclic(union(lob, external(rf, c.events), external(co, c.events), external(fr, c.events)));
  },
  power: (c) => (x) => power(c, x),
};

function locallyOrdered(c: Candidate): Relation {
  const { events, po, sameAt, across, from, first } = c;
  const notAtomic = (e: Placed): boolean => R(e) && !e.unreturned;
  const rmw = empty(events.length);
  events.forEach((e, j) => void (e.atomic !== undefined && (rmw[first[e.thread]! + e.atomic]! |= 1 << j)));
  // From a store to the loads behind it that may read it at once.
  const lrs = pairs(events, (a, b, i, j) => {
    if (!W(a) || !R(b) || a.at !== b.at || a.thread !== b.thread || i >= j) return false;
    return !events.slice(i + 1, j).some((e) => W(e) && e.at === a.at && e.thread === a.thread);
  });
  const address = from((e) => e.address.v);
  const data = from((e) => e.data.v);
  const dependent = union(address, data);
  const chosen = union(
    from((e) => (W(e) ? e.address.p | e.data.p | e.control.p | e.addresses.p : 0)),
    from((e) => e.context.p),
  );
  const lob = union(
    of(both(po, sameAt), events, any, W),
    dependent,
    from((e) => e.context.v),
    from((e) => (W(e) ? e.control.v | e.addresses.v : 0)),
    sequence(of(dependent, events, any, W), lrs),
    chosen,
    rmw,
    of(sequence(rmw, lrs), events, any, (e) => e.mark !== undefined),
    of(union(across('dmb sy'), across('dsb sy')), events, any, any),
    of(union(across('dmb ld'), across('dsb ld')), events, notAtomic, any),
    of(across('dmb st'), events, W, W),
    of(across('dsb st'), events, W, any),
    of(po, events, (e) => e.mark !== undefined, any),
    of(po, events, any, (e) => e.release === true),
    of(
      po,
      events,
      (e) => e.release === true,
      (e) => e.mark === 'A',
    ),
    of(po, events, (e) => e.acquired === true && e.release === true, any),
  );
  // What only chose an address or a value binds the stores that come of it.
  const picks = union(
    from((e) => e.address.p | e.data.p),
    sequence(
      from((e) => (W(e) ? e.data.p : 0)),
      lrs,
    ),
  );
  return union(lob, of(sequence(picks, closure(lob)), events, any, W));
}

function power(c: Candidate, { rf, co, fr }: Communication): boolean {
  const { events, po, sameAt, across, from } = c;
  const poloc = both(po, sameAt);
  const [rfe, coe, fre] = [rf, co, fr].map((r) => external(r, events)) as [Relation, Relation, Relation];
  const rfi = rf.map((bits, i) => bits & ~rfe[i]!);
  const dp = union(
    from((e) => e.address.v | e.address.p),
    from((e) => e.data.v | e.data.p),
  );
  const ii0 = union(dp, rfi, both(poloc, sequence(fre, rfe)));
  const ci0 = union(
    from((e) => e.context.v | e.context.p),
    both(poloc, sequence(coe, rfe)),
  );
  const cc0 = union(
    dp,
    poloc,
    from((e) => e.control.v | e.control.p),
    from((e) => e.addresses.v | e.addresses.p),
  );
  let [ii, ci, cc, ic] = [ii0, ci0, cc0, union(ii0, cc0)];
  for (let grown = true; grown;) {
    const was = [ii, ci, cc, ic];
    [ii, ic, ci, cc] = [
      union(ii0, ci, ii, sequence(ic, ci), sequence(ii, ii)),
      union(ic, ii, cc, sequence(ic, cc), sequence(ii, ic)),
      union(ci, sequence(ci, ii), sequence(cc, ci)),
      union(cc, ci, sequence(ci, ic), sequence(cc, cc)),
    ];
    grown = [ii, ci, cc, ic].some((r, k) => r.some((bits, i) => bits !== was[k]![i]));
  }
  const ppo = union(of(ii, events, R, R), of(ic, events, R, W));
  const strong = of(across('sync'), events, any, any);
  const lwsync = of(across('lwsync'), events, any, any);
  const light = union(of(lwsync, events, R, any), of(lwsync, events, W, W), of(across('eieio'), events, W, W));
  const fence = union(strong, light);
  const hb = union(ppo, fence, rfe);
  if (!acyclic(hb)) return false;
  const reflexive = (r: Relation): Relation => closure(r).map((bits, i) => bits | (1 << i));
  const hbs = reflexive(hb);
  const base = sequence(union(fence, sequence(rfe, fence)), hbs);
  const com = reflexive(union(rf, fr, co));
  const prop = union(of(base, events, W, W), sequence(sequence(com, reflexive(base)), sequence(strong, hbs)));
  return acyclic(union(co, prop)) && sequence(fre, sequence(prop, hbs)).every((bits, i) => !((bits >>> i) & 1));
}

const permutations = (list: readonly number[]): number[][] =>
  list.length <= 1
    ? [[...list]]
    : list.flatMap((x, i) => permutations([...list.slice(0, i), ...list.slice(i + 1)]).map((rest) => [x, ...rest]));

interface AtLocation {
  readonly order: readonly number[];
  readonly reads: ReadonlyMap<number, number>;
}
/** All orders of the stores of a location, and all that reads may read in them: per location as one would think, and nothing between an atomic pair. */
function ofLocation(events: readonly Placed[], first: readonly number[], at: number): AtLocation[] {
  const out: AtLocation[] = [];
  const here = events.flatMap((e, i) => (e.at === at && e.kind !== 'F' ? [i] : []));
  for (const order of permutations(here.filter((i) => W(events[i]!)))) {
    const place = (w: number): number => order.indexOf(w) + 1;
    const walk = (k: number, floor: number, reads: ReadonlyMap<number, number>): void => {
      const i = here[k];
      if (i === undefined) return void out.push({ order, reads });
      const e = events[i]!;
      const from = k > 0 && events[here[k - 1]!]!.thread === e.thread ? floor : 0;
      if (W(e)) {
        if (place(i) <= from) return;
        if (e.atomic !== undefined) {
          const read = reads.get(first[e.thread]! + e.atomic)!;
          if (order.slice(read < 0 ? 0 : place(read), place(i) - 1).some((w) => events[w]!.thread !== e.thread)) return;
        }
        return walk(k + 1, place(i), reads);
      }
      for (let p = from; p <= order.length; p++) {
        const w = p > 0 ? order[p - 1]! : -1;
        if ((w < 0 ? 0 : events[w]!.value) !== e.value || (w > i && events[w]!.thread === e.thread)) continue;
        walk(k + 1, p, new Map(reads).set(i, w));
      }
    };
    walk(0, 0, new Map());
  }
  return out;
}

function communicationOf(n: number, sel: readonly AtLocation[]): Communication {
  const [rf, co, fr] = [empty(n), empty(n), empty(n)];
  for (const { order, reads } of sel) {
    order.forEach((w, k) => {
      for (const later of order.slice(k + 1)) co[w]! |= 1 << later;
    });
    for (const [r, w] of reads) {
      if (w >= 0) rf[w]! |= 1 << r;
      for (const later of order.slice(w < 0 ? 0 : order.indexOf(w) + 1)) fr[r]! |= 1 << later;
    }
  }
  return { rf, co, fr };
}

/** More executions than that are not guessed. */
const MOST = 200_000;

/**
 * Every way a program may end.
 * @returns registers of each thread in order of their numbers, and locations; undefined where there are too many executions
 */
export function allowedEnds(program: Program, model: Model): Set<string> | undefined {
  const domain = Array.from({ length: program.locations }, () => new Set([0]));
  let traces: Trace[][] = [];
  for (let grew = true, rounds = 0; grew && rounds < 8; rounds++) {
    traces = program.threads.map((acts) => tracesOf(acts, domain, model));
    grew = false;
    for (const { kind, at, value } of traces.flat().flatMap(({ events }) => events))
      if (kind === 'W' && !domain[at]!.has(value)) {
        domain[at]!.add(value);
        grew = true;
      }
    if (grew && rounds === 7) return undefined;
  }
  const ends = new Set<string>();
  let guessed = 0;
  const combine = (chosen: readonly Trace[]): void => {
    if (chosen.length < traces.length) {
      for (const trace of traces[chosen.length]!) combine([...chosen, trace]);
      return;
    }
    const first: number[] = [];
    const events: Placed[] = [];
    chosen.forEach((trace, thread) => {
      first.push(events.length);
      events.push(...trace.events.map((e) => ({ ...e, thread })));
    });
    if (events.length > 31) throw new Error('too many events for a word of bits');
    const per = domain.map((_, at) => ofLocation(events, first, at));
    if (per.some((all) => all.length === 0)) return;
    const judge = MODELS[model](candidateOf(events, first));
    const select = (sel: readonly AtLocation[]): void => {
      if (sel.length < per.length) {
        for (const one of per[sel.length]!) select([...sel, one]);
        return;
      }
      if (++guessed > MOST) return;
      const memory = sel.map(({ order }) => (order.length > 0 ? events[order.at(-1)!]!.value : 0));
      const end = endOf(
        chosen.map(({ registers }) => registers),
        memory,
      );
      if (!ends.has(end) && judge(communicationOf(events.length, sel))) ends.add(end);
    };
    select([]);
  };
  combine([]);
  return guessed > MOST ? undefined : ends;
}

const endOf = (registers: readonly ReadonlyMap<number, number>[], memory: readonly number[]): string =>
  [
    ...registers.map((one) =>
      [...one]
        .sort(([a], [b]) => a - b)
        .map(([r, v]) => `${r}=${v}`)
        .join(),
    ),
    memory.join(),
  ].join(' | ');
