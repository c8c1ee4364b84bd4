/** How many functions are running. Tells whether every generator on the way to a step was instrumented. */
interface Site {
  getFunctionName(): string | null;
  getFileName(): string | null | undefined;
  getLineNumber(): number | null;
}

/**
 * Functions on the stack, innermost first: `name (file)`. Built-in ones, such as a generator's `next`, are left out.
 * @param most how far to look: the innermost so many, built-in ones included
 */
export function running(most: number): string[] {
  const { stackTraceLimit, prepareStackTrace } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = most;
    Error.prepareStackTrace = (_error, sites) => sites;
    Error.captureStackTrace(holder, running);
    const sites = holder.stack as readonly Site[];
    return sites.flatMap((site) =>
      site.getLineNumber() === null ? [] : [told(site.getFunctionName(), site.getFileName())],
    );
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}

const files = new Map<string, string>();

function told(name: string | null, path: string | null | undefined): string {
  if (path === null || path === undefined) return `${name ?? 'a function'} (made at run time)`;
  let file = files.get(path);
  if (file === undefined) files.set(path, (file = path.replace(/.*\//, '')));
  return `${name ?? 'a function'} (${file})`;
}
