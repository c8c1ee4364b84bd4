/** A kick or a flush more than any kernel has, and where. */

/** Plain data. */
export interface Place {
  /** `kick`: every other CPU is interrupted and waited for; `flush`: the whole address space is flushed from every TLB. */
  readonly what: 'kick' | 'flush';
  /** Hook behind which it is done. */
  readonly after: string;
  /** Only within this operation or hook. Absent: wherever the hook is called. */
  readonly in?: string;
}
