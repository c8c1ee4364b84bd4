/** How many functions are running. Tells whether every generator on the way to a step was instrumented. */
interface Site {
  getFunctionName(): string | null;
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
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
      if (site.getLineNumber() === null) return [];
      return [`${site.getFunctionName() ?? 'a function'} (${site.getFileName()?.replace(/.*\//, '') ?? 'made at run time'})`];
    });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace as NonNullable<typeof prepareStackTrace>;
  }
}
