/** struct tlb_state and mm_context_t: what each CPU has loaded, and how far each CPU's TLB has caught up with an mm. */
import { perCpu, region, type Mm } from '@shootdown/core/plugin';

/** In loaded_mm: no user address space. */
export const INIT_MM = 0;
/** In loaded_mm: a switch is under way, and the CPU may hold translations of both sides. */
export const LOADED_MM_SWITCHING = -1;
/** In loaded_mm: this address space, or none. */
export const loadedAs = (mm: Mm | undefined): number => (mm ? mm.id + 1 : INIT_MM);

/** cpu_tlbstate.loaded_mm, as `loadedAs` says. */
export const loaded_mm = perCpu('loaded_mm');

/** cpu_tlbstate_shared.is_lazy: the CPU runs a kernel thread and has left the user address space loaded. */
export const is_lazy = perCpu('is_lazy', 'flag');

/**
 * context.tlb_gen: the number of the last flush of the mm that was asked for.
 * Simplified: it starts at 1, so that 0 in `cpu_tlb_gen` is "never loaded here". Linux tells that by the ctx_id of the slot.
 */
export const tlb_gen = region('tlb_gen', ['mm'], { initial: 1 });

/**
 * cpu_tlbstate.ctxs[].tlb_gen: the last flush of that mm that this CPU has done.
 * Simplified: every mm keeps its slot (its PCID) on every CPU; Linux has six a CPU and gives them away in turn.
 */
export const cpu_tlb_gen = region('cpu_tlb_gen', ['cpu', 'mm']);

export const tlbstate = [loaded_mm, is_lazy, tlb_gen, cpu_tlb_gen] as const;
