/** Steps that change nothing: at each of them a claim breaks, or the execution ends. */
import { why } from '../../../words/operands.ts';
import { stepKind, type Order } from '../../../words/step-kind.ts';

const says = (kind: string, verb: string, order: Order) =>
  stepKind(kind, { why }, () => ({ apply: () => 0, tell: (o) => `${verb}${o.why}` }), order);

/** Code goes through a pointer that leads nowhere: Linux would have crashed there, or worse. */
export const wild = says('wild', 'goes nowhere: ', 'apart');
/** BUG_ON. Source: Linux, include/asm-generic/bug.h. */
export const bug = says('bug', 'BUG: ', 'apart');
/** Whoever checks what the kernel asks for says no. Source: Xen, xen/arch/x86/mm.c; what a refused kernel does is not modelled. */
export const refused = says('refused', 'refused: ', 'memory');
/** A lock is given back that is not held, or a section ended that was not begun. */
export const unbalanced = says('unbalanced', '', 'apart');
/** Code comes to something that is not modelled. */
export const bound = says('bound', 'gives up: ', 'apart');
