/** Entry of the process: signals, exit code, and the one import of reflect-metadata. */
import 'reflect-metadata';
import { EXIT } from './exit.ts';
import { invoke } from './invoke.ts';
import { INTERRUPT } from './tokens.ts';

const interrupt = new AbortController();
process.on('SIGINT', () => {
  // The first ends the search, so that what is proved by then is printed; the second ends the process.
  if (interrupt.signal.aborted) process.exit(EXIT.interrupted);
  interrupt.abort();
});
// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok);
  throw error;
});

process.exitCode = await invoke(process.argv.slice(2), { [INTERRUPT]: interrupt.signal });
