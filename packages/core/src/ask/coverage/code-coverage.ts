/** Which sites of kernel operations and hooks no execution came by: what a clean verdict says nothing about. */
import type { ArchSpec } from '../../arch/declaration.ts';
import type { LayerClass } from '../../words/change.ts';
import { Generic } from '../../arch/generic.ts';
import { changesKnownTo } from '../../arch/changes.ts';
import { allHooks } from '../../contract/mm-hooks.ts';
import { hooksOf } from '../../rig/hooks-of.ts';
import type { CodeFunction } from './code-sites.ts';
import type { Reach } from '../reach.ts';

/** What a workload came by on one architecture. */
export interface Reached extends Reach {
  readonly arch: string;
  /** Workload and kernel, for people. */
  readonly workload: string;
}

/** A place in code, with the architectures on which it was reached. */
export interface CoveredSite {
  /** `step`: makes a step, or calls what may; `arm`: an arm of an `if` or `switch` that takes none. */
  readonly kind: 'step' | 'arm';
  readonly line: number;
  /** The code there: what is yielded, or the first statement of the arm. */
  readonly text: string;
  /** Architectures on which some interleaving reaches it. */
  readonly explored: readonly string[];
  /** Architectures on which only setting up does, where nothing runs beside it. */
  readonly setUpOnly: readonly string[];
}

/** A function that takes steps. */
export interface CoveredFunction {
  readonly file: string;
  readonly line: number;
  readonly part: CodeFunction['part'];
  /** With its class, where it is a method: `X86.flush_tlb_range`. */
  readonly name: string;
  /** Of a hook: the architectures on which this body answers or was entered. */
  readonly hookOf?: readonly string[];
  /** Architectures on which it was entered by some interleaving. */
  readonly entered: readonly string[];
  readonly sites: readonly CoveredSite[];
}

/** Plain data. */
export interface CodeCoverage {
  readonly archs: readonly string[];
  readonly workloads: readonly string[];
  readonly searches: number;
  readonly states: number;
  /** Searches that did not end: `WORKLOAD on ARCHITECTURE`. What they did not reach may be reached all the same. */
  readonly unfinished: readonly string[];
  readonly functions: readonly CoveredFunction[];
  /** Hooks whose code cannot be seen, as it was not instrumented: `ARCHITECTURE: LAYER.HOOK`. */
  readonly unseen: readonly string[];
}

/**
 * Puts together what workloads came by.
 * @param archs those that were asked about; code of others is left out
 */
export function codeCoverage(
  archs: readonly ArchSpec[],
  code: readonly CodeFunction[],
  reached: readonly Reached[],
): CodeCoverage {
  const layers = new Map(
    archs.map((arch) => [
      arch.id,
      new Set(
        layersOf(arch)
          .flatMap(lineage)
          .map(({ name }) => name),
      ),
    ]),
  );
  const mine = code.filter(isOf(code, (layer) => archs.some(({ id }) => layers.get(id)!.has(layer))));
  const by = (which: (reach: Reach) => ReadonlySet<string>) => {
    const known = new Map(archs.map(({ id }) => [id, new Set<string>()]));
    for (const one of reached) for (const label of which(one)) known.get(one.arch)?.add(label);
    return (label: string): string[] => archs.filter(({ id }) => known.get(id)!.has(label)).map(({ id }) => id);
  };
  const explored = by((reach) => reach.explored);
  const setUp = by((reach) => reach.setUp);

  const answers = new Map(archs.map((arch) => [arch.id, answersOf(arch)]));
  const functions = mine.flatMap((one): CoveredFunction[] => {
    const [entry] = one.sites;
    const entered = explored(entry!.label);
    const hookOf = isHook(one)
      ? archs.map(({ id }) => id).filter((id) => entered.includes(id) || answers.get(id)!(one.className, one.name))
      : undefined;
    // Every architecture has a body of its own over it.
    if (hookOf?.length === 0) return [];
    return [
      {
        file: one.file,
        line: entry!.line,
        part: one.part,
        name: one.className === undefined ? one.name : `${one.className}.${one.name}`,
        ...(hookOf ? { hookOf } : {}),
        entered,
        sites: one.sites.flatMap(({ kind, line, text, label }) =>
          kind === 'entry'
            ? []
            : [
                {
                  kind,
                  line,
                  text,
                  explored: explored(label),
                  setUpOnly: setUp(label).filter((id) => !explored(label).includes(id)),
                },
              ],
        ),
      },
    ];
  });
  return {
    archs: archs.map(({ id }) => id),
    workloads: [...new Set(reached.map(({ workload }) => workload))],
    searches: reached.length,
    states: reached.reduce((sum, { states }) => sum + states, 0),
    unfinished: reached.filter(({ complete }) => !complete).map(({ workload, arch }) => `${workload} on ${arch}`),
    functions,
    unseen: archs.flatMap((arch) => unseenOf(arch, code)),
  };
}

const isHook = (one: CodeFunction): one is CodeFunction & { className: string } =>
  one.className !== undefined && allHooks.has(one.name);

/** Leaves out code of other architectures: layers that are not theirs, what stands in one file with only such layers, and whole packages. */
function isOf(code: readonly CodeFunction[], isLayer: (className: string) => boolean): (one: CodeFunction) => boolean {
  const layersBy = (key: (one: CodeFunction) => string): Map<string, boolean> => {
    const known = new Map<string, boolean>();
    for (const one of code.filter(isHook))
      known.set(key(one), (known.get(key(one)) ?? false) || isLayer(one.className));
    return known;
  };
  const files = layersBy(({ file }) => file);
  const homes = layersBy(({ home }) => home);
  return (one) =>
    one.part !== 'arch' ||
    (isHook(one) ? isLayer(one.className) : (files.get(one.file) ?? homes.get(one.home) ?? false));
}

/** Classes whose bodies may answer on an architecture. */
const layersOf = (arch: ArchSpec): LayerClass[] => [Generic, ...arch.layers, ...changesOf(arch)];
const changesOf = (arch: ArchSpec): LayerClass[] => changesKnownTo(arch).flatMap(({ layer }) => layer ?? []);

/** A class and those it extends. */
function lineage(layer: LayerClass): LayerClass[] {
  const found: LayerClass[] = [];
  for (
    let one: unknown = layer;
    typeof one === 'function' && one !== Function.prototype;
    one = Object.getPrototypeOf(one)
  )
    found.push(one as LayerClass);
  return found;
}

/** Name of the class in which the code of a layer's hook stands. */
const classWith = (layer: LayerClass, hook: string): string | undefined =>
  lineage(layer).find(({ prototype }) => Object.hasOwn(prototype as object, hook))?.name;

/** Hooks of an architecture, in the release that is meant when nobody says another, with the class that their code stands in. */
const bodiesIn = (arch: ArchSpec): Map<string, string> =>
  new Map(
    hooksOf(arch).map(({ hookName, layer }) => [
      hookName,
      classWith(
        layersOf(arch).findLast(({ name }) => name === layer)!,
        hookName,
      ) ?? layer,
    ]),
  );

/** Does the body in a class answer for a hook, in that release or as a change of another one? */
function answersOf(arch: ArchSpec): (className: string, hook: string) => boolean {
  const usual = bodiesIn(arch);
  const changes = new Set(
    changesOf(arch)
      .flatMap(lineage)
      .map(({ name }) => name),
  );
  return (className, hook) => usual.get(hook) === className || changes.has(className);
}

const unseenOf = (arch: ArchSpec, code: readonly CodeFunction[]): string[] =>
  [...bodiesIn(arch)]
    .filter(([hook, layer]) => !code.some(({ className, name }) => className === layer && name === hook))
    .map(([hook, layer]) => `${arch.id}: ${layer}.${hook}`);
