/** Replay tokens: what to type to see one execution again. */
import { Mistake, type Schedule, decodeSchedule, encodeSchedule } from '@shootdown/explorer';

/** Version of the model: a token of another one names steps that may not exist any more. */
const VERSION = 'v1';

export interface Token {
  readonly workload: string;
  readonly variant: string;
  readonly arch: string;
  readonly schedule: Schedule;
  /** Whose thresholds it was found with, if not those of explorations. */
  readonly thresholds?: 'machine';
  /** Mark of the steps that it makes, where something breaks in the end (`markOf`). */
  readonly steps?: string;
}

/** `v1:WORKLOAD:before:arm64:0x5.1.2_k2f9`; with the machine's own thresholds `arm64@machine`. */
export const encodeToken = (t: Token): string =>
  [
    VERSION,
    t.workload,
    t.variant,
    t.thresholds ? `${t.arch}@${t.thresholds}` : t.arch,
    encodeSchedule(t.schedule),
  ].join(':') + (t.steps === undefined ? '' : `_${t.steps}`);

/** @throws Mistake SD_BAD_TOKEN, SD_TOKEN_VERSION */
export function decodeToken(text: string): Token {
  const [version, workload, variant, place, ...rest] = text.split(':');
  const [arch, thresholds] = place?.split('@') ?? [];
  if (version && /^v\d+$/.test(version) && version !== VERSION)
    throw new Mistake(
      'SD_TOKEN_VERSION',
      `this token is of version ${version}; this shootdown replays ${VERSION}.`,
      'Run the workload again: it prints a new token.',
    );
  if (
    version !== VERSION ||
    !workload ||
    !variant ||
    !arch ||
    rest.length === 0 ||
    (thresholds !== undefined && thresholds !== 'machine')
  )
    throw new Mistake(
      'SD_BAD_TOKEN',
      `"${text}" is no replay token.`,
      `A token reads ${VERSION}:<workload>:<variant>:<architecture>:<schedule>; copy it whole, in quotes.`,
    );
  const [, schedule = '', steps] = /^(.*?)(?:_([0-9a-z]{4}))?$/.exec(rest.join(':')) ?? [];
  return {
    workload,
    variant,
    arch,
    schedule: decodeSchedule(schedule),
    ...(thresholds && { thresholds }),
    ...(steps !== undefined && { steps }),
  };
}
