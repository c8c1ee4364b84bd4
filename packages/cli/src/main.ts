/** Entry of the process: signals, exit code, and the one import of reflect-metadata. */
import 'reflect-metadata';
import { EXIT } from './exit.ts';
import { invoke } from './invoke.ts';
import { INTERRUPT } from './tokens.ts';

// Kernel code is many calls deep: an error says which line of a story it began in.
Error.stackTraceLimit = 50;
const interrupt = new AbortController();
for (const [signal, code] of [
  ['SIGINT', EXIT.interrupted],
  ['SIGTERM', EXIT.terminated],
] as const)
  process.on(signal, () => {
    // The first ends the search, so that what is proved by then is printed and kept; the second ends the process.
    if (interrupt.signal.aborted) process.exit(code);
    interrupt.abort(code);
  });
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

const exit = await invoke(process.argv.slice(2), { [INTERRUPT]: interrupt.signal });
process.exitCode = interrupt.signal.aborted && exit === EXIT.interrupted ? (interrupt.signal.reason as number) : exit;
