/** What changes under Xen and nowhere else: what the hypervisor knows of each table, and what the guest keeps for itself. */
import { perCpu, perTable } from '@shootdown/core/plugin';

/** Known to the hypervisor, and changed by its own steps only. */
export const xen = {
  /** The kernel's direct map has the table without write permission. */
  readOnly: perTable('xen.read only', 'flag'),
  /** What the page was validated as: 1 + number of the level; 0 while it is ordinary memory. */
  type: perTable('xen.type'),
  /** Reasons for it to stay a page table: entries that name it, vCPUs that have it loaded, its pin. */
  typeCount: perTable('xen.type count'),
  /** PGT_pinned: the guest asked that it stay a page table. */
  pinned: perTable('xen.pinned', 'flag'),
  /** The top table that the vCPU really has loaded. */
  baseptr: perCpu('xen.baseptr', 'table'),
};

/** Kept by the guest. */
export const guest = {
  /** PagePinned: the flag in struct page that says of a table "belongs to a pinned tree". */
  PagePinned: perTable('PagePinned', 'flag'),
  /** xen_cr3: the root as the kernel last wrote it. */
  xen_cr3: perCpu('xen_cr3', 'table'),
  /** xen_current_cr3: the root as the hypervisor was last told. It lags while the request waits in a batch. */
  xen_current_cr3: perCpu('xen_current_cr3', 'table'),
  /** paravirt_lazy_mode. */
  lazy_mode: perCpu('paravirt_lazy_mode'),
  /** mc_buffer: requests that wait to be made together. */
  mc_buffer: perCpu('mc_buffer', 'record'),
};
