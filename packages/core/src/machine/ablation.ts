/** Leaving out one synchronising step: which one is named by the function that makes it and what it is for. */

/** What steps are for that say nothing themselves, and only keep others apart or in order. */
export type Synchronising =
  | 'fence'
  | 'flush'
  | 'flush-wait'
  | 'kick'
  | 'kick-wait'
  | 'lock'
  | 'irq-off'
  | 'rcu-read'
  | 'grace-period'
  | 'wait'
  | 're-check';

/** The call site of such steps. */
export interface Site {
  /** The hook or operation that makes the step, as call stacks show it. */
  readonly in: string;
  readonly step: Synchronising;
}

/** In words, for reports. */
export const SAYS: Readonly<Record<Synchronising, string>> = {
  fence: 'a barrier',
  flush: 'an invalidation of translations',
  'flush-wait': 'the wait until every CPU has done an invalidation',
  kick: 'an interrupt to other CPUs, and the wait for them',
  'kick-wait': 'the wait for an interrupt that was sent',
  lock: 'taking a lock',
  'irq-off': 'interrupts off',
  'rcu-read': 'an RCU read-side section',
  'grace-period': 'the wait for an RCU grace period',
  wait: 'the wait until another CPU is done with something',
  're-check': 'reading an entry again that was read before',
};

const nameOf = (site: Site): string => `${site.step}/${site.in}`;

/** One run's record of the sites it came by, and the one that is left out of it, if any. Set-up leaves nothing out. */
export class Ablation {
  #armed = false;

  constructor(
    readonly without?: Site,
    private readonly sites = new Map<string, Site>(),
  ) {}

  /** For another search of the same story: its sites count with those of this one. */
  again(): Ablation {
    return new Ablation(this.without, this.sites);
  }

  /** From here on: what came before was set-up. */
  arm(): void {
    this.#armed = true;
  }

  /** Sites that code came by, in no particular order. */
  get reached(): readonly Site[] {
    return [...this.sites.values()];
  }

  /** Is the step left out? Notes the site. */
  removes(site: Site): boolean {
    if (!this.#armed) return false;
    this.sites.set(nameOf(site), site);
    return this.without !== undefined && nameOf(this.without) === nameOf(site);
  }

  /** Does code have to be told what it has read before? Only to find re-checks, or to leave one out. */
  get remembers(): boolean {
    return this.#armed && (this.without === undefined || this.without.step === 're-check');
  }
}
