/** Reads what strace recorded of memory system calls. Plain data out of text. */

/** One system call as it was recorded. */
export interface TracedCall {
  readonly pid: number;
  readonly name: string;
  /** As strace writes them. */
  readonly args: readonly string[];
  /** What it returned; undefined where the recording ends before. */
  readonly result: number | undefined;
}

const LINE = /^(?<pid>\d+) +[\d.]+ (?<rest>.*)$/;
const WHOLE = /^(?<name>\w+)\((?<args>.*)\) += (?<result>\S+)/;
const BEGUN = /^(?<name>\w+)\((?<args>.*?)\)? ?<unfinished \.\.\.>$/;
const RESUMED = /^<\.\.\. (?<name>\w+) resumed>(?<args>.*)\) += (?<result>\S+)/;
/** What can be cut off at the end of an unfinished line. */
const TAIL = /, *$/;

/**
 * @param text lines of `strace -f -ttt`: pid, seconds, call(arguments) = result; calls of threads interleave as `<unfinished ...>` and
 *   `<... name resumed>`. Signals and exits of processes are left out.
 * @returns the calls, in the order in which they began
 */
export function readStrace(text: string): TracedCall[] {
  const calls: TracedCall[] = [];
  const open = new Map<number, number>();
  for (const line of text.split('\n')) {
    const { pid: id, rest = '' } = LINE.exec(line)?.groups ?? {};
    const pid = Number(id);
    const whole = WHOLE.exec(rest)?.groups;
    const begun = BEGUN.exec(rest)?.groups;
    const resumed = RESUMED.exec(rest)?.groups;
    if (whole)
      calls.push({ pid, name: whole['name']!, args: argsOf(whole['args']!), result: numberOf(whole['result']!) });
    else if (begun)
      open.set(
        pid,
        calls.push({ pid, name: begun['name']!, args: argsOf(begun['args']!.replace(TAIL, '')), result: undefined }) -
          1,
      );
    else if (resumed && open.has(pid)) {
      const at = open.get(pid)!;
      const more = argsOf(resumed['args']!.replace(/^, */, ''));
      calls[at] = { ...calls[at]!, args: [...calls[at]!.args, ...more], result: numberOf(resumed['result']!) };
      open.delete(pid);
    }
  }
  return calls;
}

/** Splits at commas that are in no brackets. */
function argsOf(text: string): string[] {
  const args: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i <= text.length; i++) {
    if ('{['.includes(text[i] ?? ' ')) depth++;
    if ('}]'.includes(text[i] ?? ' ')) depth--;
    if (i < text.length && (text[i] !== ',' || depth > 0)) continue;
    args.push(text.slice(from, i).trim());
    from = i + 1;
  }
  return args.filter((arg) => arg !== '');
}

const numberOf = (text: string): number | undefined => (Number.isFinite(Number(text)) ? Number(text) : undefined);
