/** What the declaration of an architecture looks like: whoever writes it is told which key means nothing, and where. */
import { StepKind } from '../words/step-kind.ts';
import { F } from '../words/entry.ts';
import { LEVELS, type Geometry } from '../words/geometry.ts';
import {
  anything,
  anyText,
  code,
  flag,
  listOf,
  number,
  object,
  recordOf,
  text,
  whole,
  word,
  type Pattern,
} from '../words/pattern.ts';
import {
  KERNEL_CONFIG,
  type CountedNames,
  type InsufficientRights,
  type KernelConfig,
  type MachineSpec,
  type WriteTrap,
} from '../words/spec.ts';
import type { Change } from '../words/change.ts';
import type { Patch } from '../words/patch.ts';
import type { ArchDeclaration, ArchSpec } from './declaration.ts';
import type { Rule } from './rule.ts';

const names = listOf(text);
const numbers = recordOf(number);
const hardwareFlag = word('always', 'never', 'may');
const softMask = word('acknowledges at unmask', 'acknowledges at delivery');

const bits = object<Geometry['bits']>(
  Object.fromEntries(LEVELS.map((level) => [level, number])) as Record<keyof Geometry['bits'], Pattern>,
  {},
);
const geometry = object<Geometry>({ pageShift: whole(), bits }, {});
const config = object<KernelConfig>(
  { MMU_GATHER_RCU_TABLE_FREE: flag, TRANSPARENT_HUGEPAGE: flag, HAVE_FAST_GUP: flag },
  { HAVE_ARCH_SOFT_DIRTY: flag, MMU_GATHER_PAGE_SIZE: flag, MMU_GATHER_MERGE_VMAS: flag, MMU_LAZY_TLB_SHOOTDOWN: flag },
);
const counted = object<CountedNames>(
  { flushes: names, ipis: recordOf(word('tlbIpis', 'lazyExitIpis')) },
  { instructions: code, hypercalls: code, compared: names },
);
const writeTrap = object<WriteTrap>({ readOnly: code, judge: code, rules: names }, {});
const surroundings = object<NonNullable<MachineSpec['surroundings']>[number]>({ name: text, code }, {});
const insufficientRights = object<InsufficientRights>(
  { does: word('walks again', 'faults', 'may fault'), faultForgets: flag },
  {},
);
const owesFlush = object<NonNullable<MachineSpec['owesFlush']>>({ at: code, bits: whole() }, {});

const kindOfStep: Pattern = (value, at) =>
  value instanceof StepKind
    ? undefined
    : { at, what: 'is no kind of step', hint: 'Write what stepKind(...) gives back.' };

const machine = (own: readonly string[]): Pattern =>
  object<MachineSpec>(
    {
      geometry,
      shootdown: word('ipi', 'broadcast', 'hypercall', 'hash table'),
      walkCache: flag,
      hardwareAccessed: hardwareFlag,
      hardwareDirty: hardwareFlag,
      memory: word('tso', 'arm', 'power'),
      numbers,
      exploring: numbers,
      config,
      entryBits: recordOf(anyText, Object.keys(F)),
      cells: listOf(code),
    },
    {
      insufficientRights,
      twoSizes: word('while removing', 'never'),
      shape: numbers,
      notCompared: whole(),
      translate: code,
      steps: listOf(kindOfStep),
      write_root: code,
      writeTrap,
      surroundings: listOf(surroundings),
      stopped: code,
      softMask,
      lazy: code,
      owesFlush,
      counted,
      ...Object.fromEntries(own.map((key) => [key, anything])),
    },
  );

const change = object<Change>(
  { name: text, commit: text, says: text },
  {
    since: text,
    until: text,
    year: whole(),
    backported: names,
    shipped: word('never', 'later'),
    fix: flag,
    needs: names,
    machine: object<NonNullable<Change['machine']>>({}, { softMask }),
    layer: code,
    replaces: recordOf(code),
  },
);
const off = object<Rule['off']>(
  {},
  {
    with: names,
    without: names,
    numbers,
    config: recordOf(flag, KERNEL_CONFIG),
  },
);
const rule = object<Rule>({ name: text, says: text, off }, {});

const spec: Pattern = (value, at) =>
  typeof value === 'object' && value !== null && Array.isArray((value as Partial<ArchSpec>).layers)
    ? undefined
    : { at, what: 'is no architecture', hint: 'Write what arch({ ... }) gives back.' };

/**
 * What `arch()` takes.
 * @param own further keys of its machine
 */
export const archPattern = (own: readonly string[]): Pattern =>
  object<ArchDeclaration>(
    { id: anything, title: text, what: text, layers: listOf(code), machine: machine(own) },
    {
      over: spec,
      services: listOf(code),
      history: listOf(change),
      operations: recordOf(code),
      machineKeys: names,
      alsoKnownAs: names,
      variants: recordOf(numbers),
      rules: listOf(rule),
      watches: listOf(anything),
    },
  );

/** What `patch()` takes. */
export const patchPattern: Pattern = object<Patch>(
  { name: text, says: text },
  {
    writtenFor: text,
    replaces: recordOf(code),
    layers: recordOf(code),
    changes: listOf(change),
    watches: listOf(anything),
    cells: listOf(code),
    steps: listOf(kindOfStep),
  },
);
