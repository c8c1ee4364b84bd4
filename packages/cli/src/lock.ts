/** One process at a time: a file beside another that says who writes there. */
import { Mistake } from '@shootdown/core/mistakes';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';

interface Holder {
  readonly pid: number;
  readonly host: string;
}

/** Files that this process has locked. */
const ours = new Set<string>();

/**
 * Locks a file. What a process has left that is no more is taken over.
 * @returns how to unlock it
 * @throws Mistake SD_CHECKPOINT_IN_USE, SD_CHECKPOINT_NOT_WRITTEN
 */
export function lock(file: string): () => void {
  const path = `${file}.lock`;
  const own = JSON.stringify({ pid: process.pid, host: hostname() } satisfies Holder);
  for (let tries = 0; !take(path, own, file); tries++) {
    const text = contentOf(path);
    // Let go meanwhile.
    if (text === undefined) continue;
    const holder = holderOf(text);
    if (tries > MOST_TRIES || holder === undefined || lives(holder, path)) throw inUse(file, path, holder);
    takeAway(path, text);
  }
  ours.add(path);
  return () => {
    ours.delete(path);
    rmSync(path, { force: true });
  };
}
const MOST_TRIES = 10;

/** Takes it unless it is there. */
function take(path: string, own: string, file: string): boolean {
  try {
    writeFileSync(path, own, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Mistake(
      'SD_CHECKPOINT_NOT_WRITTEN',
      `${file} cannot be locked: ${error instanceof Error ? error.message : String(error)}.`,
      'Is its folder there, and may one write there?',
    );
  }
}

/** Removes what a dead process has left, and nothing that another one has put in its place meanwhile. */
function takeAway(path: string, text: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    if (contentOf(aside) !== text) linkSync(aside, path);
  } catch {
    // Somebody else was faster.
  }
  rmSync(aside, { force: true });
}

function lives({ pid, host }: Holder, path: string): boolean {
  // Nobody here can tell.
  if (host !== hostname()) return true;
  if (pid === process.pid) return ours.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function inUse(file: string, path: string, holder: Holder | undefined): Error {
  const who =
    holder === undefined
      ? 'somebody who does not say who he is'
      : `process ${holder.pid}${holder.host === hostname() ? '' : ` on ${holder.host}`}`;
  return new Mistake(
    'SD_CHECKPOINT_IN_USE',
    `${file} is held by ${who}.`,
    `Another run with this --resume goes on, perhaps in another terminal. Wait for it, or give another FILE. If there is no such run, remove ${path}.`,
  );
}

function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function holderOf(text: string): Holder | undefined {
  try {
    const { pid, host } = JSON.parse(text) as Partial<Holder>;
    return Number.isSafeInteger(pid) && typeof host === 'string' ? { pid: pid!, host } : undefined;
  } catch {
    return undefined;
  }
}
