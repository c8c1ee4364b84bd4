/** How many functions are running. Tells whether every generator on the way to a step was instrumented. */
interface Site {
  getFunctionName(): string | null;
  getFileName(): string | null | undefined;
}

/** Functions on the stack, innermost first: `name (file)`. Built-in ones, such as a generator's `next`, are left out. */
export function running(): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = Infinity;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, running);
    const sites = holder.stack as readonly Site[];
    return sites.flatMap((site) => {
      const file = site.getFileName();
      return typeof file === 'string' ? [`${site.getFunctionName() ?? 'a function'} (${file.replace(/.*\//, '')})`] : [];
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace as NonNullable<typeof prepareStackTrace>;
  }
}
