/** Which architectures and workloads this checkout knows: names of packages, or paths. */
export default {
  arches: ['@shootdown/arch-x86', '@shootdown/arch-arm64', '@shootdown/arch-ppc64', '@shootdown/arch-xen'],
  workloads: ['@shootdown/workloads'],
};
