/** What may stand where the cursor is: read from the declared commands, so that it cannot fall behind them. */
import type { Argument, Command, Option } from 'commander';

/** A word that fits, and what it is. */
export interface Candidate {
  readonly word: string;
  readonly says?: string;
}

/** Stands for the names of files, which the shell knows better. */
export const FILES = ':files';

/** What there is of a kind that commands take. */
export type Kind = 'archs' | 'workloads' | 'hooks' | 'operations' | 'changes' | 'releases' | 'modes' | 'variants';
export type Known = (kind: Kind) => Promise<readonly Candidate[]>;

/** Kinds by what help calls an argument, or the value of an option. */
const KINDS: Readonly<Record<string, Kind | typeof FILES>> = {
  workload: 'workloads',
  race: 'workloads',
  hook: 'hooks',
  operation: 'operations',
  part: 'operations',
  id: 'archs',
  ids: 'archs',
  changes: 'changes',
  release: 'releases',
  file: FILES,
  folder: FILES,
  run: FILES,
  'path or package': FILES,
};
/** Options whose value is called by a general word. */
const BY_OPTION: Readonly<Record<string, Kind>> = {
  '--mode': 'modes',
  '--variant': 'variants',
  '--release': 'releases',
};

/**
 * Words that fit at the cursor, without those that do not begin as the word there does.
 * @param program with all commands declared
 * @param words behind the name of the program; the last is the one at the cursor, and may be empty
 */
export async function candidates(
  program: Command,
  words: readonly string[],
  known: Known,
): Promise<readonly Candidate[]> {
  // Bash gives `--arch=x` as three words.
  const typed = words.filter((word, i) => word !== '=' || i === words.length - 1);
  const at = typed.at(-1) === '=' ? '' : (typed.at(-1) ?? '');
  const { command, option, position } = placeOf(program, typed.slice(0, -1));
  if (option) return listed(at, await ofOption(option, known));
  const [, name, value] = /^(--[\w-]+)=(.*)$/s.exec(at) ?? [];
  const assigned = name === undefined ? undefined : optionNamed(command, name);
  if (assigned && value !== undefined)
    return listed(value, await ofOption(assigned, known)).map(({ word, ...rest }) => ({
      ...rest,
      word: `${name}=${word}`,
    }));
  if (at.startsWith('-')) return beginning(at, optionsOf(command));
  if (command === program) return beginning(at, program.createHelp().visibleCommands(program).map(asCandidate));
  const argument = argumentAt(command, position);
  return argument ? beginning(at, await ofArgument(argument, known)) : [];
}

/** Where the cursor is: in which command, behind how many arguments, and for the value of which option. */
function placeOf(program: Command, before: readonly string[]): { command: Command; option?: Option; position: number } {
  let [command, position] = [program, 0];
  for (let i = 0; i < before.length; i++) {
    const word = before[i]!;
    const option = word.startsWith('-') ? optionNamed(command, word) : undefined;
    if (option && (option.required || option.optional)) {
      if (i === before.length - 1 && option.required) return { command, option, position };
      if (option.required) i++;
    } else if (!word.startsWith('-')) {
      const found = command === program ? program.commands.find((one) => one.name() === word) : undefined;
      if (found) command = found;
      else position++;
    }
  }
  return { command, position };
}

const allOptions = (command: Command): readonly Option[] => [...command.options, ...(command.parent?.options ?? [])];
const optionNamed = (command: Command, flag: string): Option | undefined =>
  allOptions(command).find(({ long, short }) => long === flag || short === flag);
const optionsOf = (command: Command): Candidate[] => [
  ...allOptions(command)
    .filter(({ hidden }) => !hidden)
    .map(({ long, short, description }) => ({ word: long ?? short ?? '', says: description })),
  { word: '--help', says: 'display help for command' },
];
const asCandidate = (command: Command): Candidate => ({ word: command.name(), says: command.summary() });

/** The argument at a position; the last one may take all that follow. */
function argumentAt(command: Command, position: number): Argument | undefined {
  const { registeredArguments: all } = command;
  const last = all.at(-1);
  return all[position] ?? (last?.variadic ? last : undefined);
}

const ofArgument = (argument: Argument, known: Known): Promise<readonly Candidate[]> =>
  ofKind(argument.argChoices, KINDS[argument.name()], known);
const ofOption = ({ argChoices, flags, long }: Option, known: Known): Promise<readonly Candidate[]> =>
  ofKind(argChoices, BY_OPTION[long ?? ''] ?? KINDS[/[<[](.+)[\]>]/.exec(flags)?.[1] ?? ''], known);

async function ofKind(
  choices: readonly string[] | undefined,
  kind: Kind | typeof FILES | undefined,
  known: Known,
): Promise<readonly Candidate[]> {
  if (choices) return choices.map((word) => ({ word }));
  if (kind === undefined) return [];
  return kind === FILES ? [{ word: FILES }] : known(kind);
}

const beginning = (at: string, all: readonly Candidate[]): Candidate[] =>
  all.filter(({ word }) => word === FILES || word.startsWith(at));

/** In a list such as `arm64,x8` the last name is completed, and those before it are not offered again. */
function listed(at: string, all: readonly Candidate[]): Candidate[] {
  const before = at.slice(0, at.lastIndexOf(',') + 1);
  const taken = new Set(before.split(','));
  return beginning(at.slice(before.length), all)
    .filter(({ word }) => !taken.has(word))
    .map((one) => (one.word === FILES ? one : { ...one, word: before + one.word }));
}
