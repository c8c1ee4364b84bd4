/** The commands: names, arguments, help. */
import { Argument, Option, type Command } from 'commander';
import { SHELLS } from '../completion/scripts.ts';
import { names, positive, seed, whole } from '../options.ts';
import type { Declaration } from './declaration.ts';

const ARCH = '-a, --arch <ids>';
const archs = (command: Command): Command => command.option(ARCH, 'only these architectures, comma separated', names);
const bounds = (command: Command): Command =>
  command
    .option('--max-states <n>', 'give up a search after so many states', whole)
    .option(
      '--max-memory <MB>',
      'give up a search whose states, and the ways to them, take more than so many megabytes',
      positive,
    )
    .option('--timeout <s>', 'give up a search after so many seconds', positive)
    .addOption(
      new Option(
        '--thresholds <whose>',
        'numbers that code compares with, such as flush ceilings: the small ones of explorations, those of the machine, or both where it makes a difference (default: both for verdicts, else exploring)',
      ).choices(['exploring', 'machine', 'both']),
    );
const resume = (command: Command): Command =>
  command
    .option(
      '--resume <file>',
      'add each verdict to this file, and take from it those that are there; beside it keep the search that is running, and go on with what a run that was killed, or met a bound, has left',
    )
    .option('--checkpoint-every <s>', 'keep the search so often, in seconds (default: 10)', positive);

const compact = (command: Command): Command =>
  command.addOption(
    new Option(
      '--compact [seed]',
      'tell states apart by 64-bit fingerprints alone: less memory, and a printed risk that a state was missed. Another seed is a second, independent search',
    )
      .preset('1')
      .argParser(seed),
  );

const html = (command: Command): Command =>
  command.option('--html <file>', 'write the result as one page too, with pictures, for a browser');

const verbose = (command: Command): Command =>
  command.option('-v, --verbose', 'all that is known, with the commands that show it, however long that becomes');

const example = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText('after', ({ command: { parent } }) =>
    ['', 'Example:', ...lines.map((line) => `  ${parent?.name() || 'npx shootdown'} ${line}`)].join('\n'),
  );

export const declarations: readonly Declaration[] = [
  {
    declare: (program) =>
      example(
        html(
          compact(
            resume(
              bounds(
                archs(
                  verbose(
                    program
                      .command('compare')
                      .argument('[workload...]', 'races (default: all whose search is short)')
                      .summary('judge races on every architecture, before and after their fix')
                      .description(
                        'Judges races on every architecture, before their fix and after it, and compares with the reference.\nExits 0 when every cell is as the reference says and no kernel after its fix breaks, 12 when not, 11 when somebody waits for ever\nafter the fix, 75 when a search did not end; and as the mistake says when a race cannot be judged: the others are all the same.',
                      )
                      .option(
                        '-g, --group <names>',
                        'races that these mail threads raise, with their variations (or of these groups of the reference), comma separated',
                        names,
                      )
                      .option('--jobs <n>', 'threads that judge at the same time (default: one for each CPU)', whole),
                  ),
                ),
              ),
            ),
          ),
        ),
        'compare collapse-vs-gup-fast lazy-tlb-vs-table-free --arch x86-64,arm64',
      ),
    load: async () => (await import('./compare.ts')).Compare,
  },
  {
    declare: (program) =>
      example(
        compact(
          resume(
            bounds(
              archs(
                program
                  .command('report')
                  .argument('[workload...]', 'races (default: all whose search is short)')
                  .summary('one page to look at and to send: races, pictures of what breaks, contracts, counts')
                  .description(
                    'Judges races as compare does, follows what breaks on architectures that hold and on the kernel after the fix, and writes all of it, with the\ncontracts of hooks and the counts of operations, as one HTML file that needs nothing else. Exits as compare does.',
                  )
                  .option('-g, --group <names>', 'races that these mail threads raise, comma separated', names)
                  .option('--jobs <n>', 'threads that judge at the same time (default: one for each CPU)', whole)
                  .option('--out <file>', 'where to write it (default: shootdown-report.html)')
                  .option('--open', 'show it in the browser'),
              ),
            ),
          ),
        ),
        'report collapse-vs-gup-fast --out race.html',
      ),
    load: async () => (await import('./report.ts')).ReportPage,
  },
  {
    declare: (program) =>
      example(
        program
          .command('export')
          .argument('<run>', 'a token, or a file that `run --json` has written: its first counterexample')
          .summary('one execution for another tool: Perfetto, Mermaid, Graphviz')
          .description(
            'Writes one execution to stdout in the form of another tool: the JSON of timelines that ui.perfetto.dev shows (a microsecond is a step),\na sequence diagram of Mermaid, or a graph of Graphviz.',
          )
          .addOption(new Option('--to <form>', 'form').choices(['perfetto', 'mermaid', 'dot']).default('perfetto')),
        'export v1:collapse-vs-gup-fast:before:arm64:0x6.1x22.4.5.1x11.0x5.1x47_jnc7 --to mermaid',
      ),
    load: async () => (await import('./export.ts')).Export,
  },
  {
    declare: (program) =>
      example(
        html(
          compact(
            resume(
              bounds(
                archs(
                  program
                    .command('run')
                    .argument('<workload...>', 'races or other workloads')
                    .summary('judge workloads, and show what breaks')
                    .description(
                      'Judges workloads on the architectures, one after the other, and shows a shortest interleaving for each claim that breaks.\nExits 0 when nothing breaks, 12 when a claim does, 11 when somebody waits for ever, 75 when a search did not end, 4 when nothing applies.',
                    )
                    .option(
                      '--against <id>',
                      'another architecture: show the first step at which it goes another way than where one breaks',
                    )
                    .option('--variant <name>', 'of a race: before or after its fix; else a release (default: all)'),
                ),
              ),
            ),
          ),
        ),
        'run collapse-beside-gup-fast --arch arm64',
      ),
    load: async () => (await import('./run.ts')).Run,
  },
  {
    declare: (program) =>
      example(
        html(
          bounds(
            archs(
              program
                .command('ablate')
                .argument('<workload...>', 'races or other workloads')
                .summary('leave out each lock, barrier, flush and wait in turn, and see which are needed')
                .description(
                  'Leaves out every synchronising step that the threads of a workload come by, one call site at a time, and judges it again.\nExits 0, 75 when a search did not end or left what is modelled, 4 when nothing applies. A step that stays unnoticed is not needed by this workload; another may need it.',
                )
                .option('--variant <name>', 'of a race: before or after its fix; else a release (default: after)'),
            ),
          ),
        ),
        'ablate ppc-split-serialized-control --variant before --arch ppc64-radix',
      ),
    load: async () => (await import('./ablate.ts')).Ablate,
  },
  {
    declare: (program) =>
      example(
        bounds(
          program
            .command('place')
            .argument('<race...>', 'races that have to hold')
            .summary('find the cheapest places for kicks and flushes under which races hold')
            .description(
              'Puts a kick (an interrupt to every other CPU, and a wait) or a flush behind hooks, in every combination; tells each race to its kernel before\nthe fix with them on top; and counts the interrupts of operations. Shows the choices that nothing beats, and what breaks under the cheaper ones.\nExits 0 when there is a choice under which all hold, 12 when there is none, 75 when a search did not end, 4 when nothing applies.',
            )
            .requiredOption('-a, --arch <id>', 'architecture')
            .option(
              '--at <places>',
              'candidates, comma separated: kick.HOOK, flush.HOOK, with .OPERATION behind it only within that',
              names,
              ['kick.pmdp_huge_get_and_clear', 'kick.pmdp_collapse_flush'],
            )
            .option('--with <changes>', 'changes that may be taken too, such as a fix, comma separated', names)
            .option('--without <changes>', 'changes to take out first, such as a kick it has, comma separated', names)
            .option(
              '--mix <parts>',
              'what is counted and how often: move, wp, migrate, change, zap, split, collapse or an operation, such as change=100,zap (default: one of each)',
              names,
              ['move', 'wp', 'migrate', 'change', 'zap', 'split', 'collapse'],
            )
            .option('-m, --mode <name>', 'what the other CPUs do meanwhile, as for measure', 'spin3'),
        ),
        'place ppc-zap-huge-pmd-vs-lockless-walk --arch ppc64-radix --mix zap,change=100',
      ),
    load: async () => (await import('./place.ts')).Place,
  },
  {
    declare: (program) =>
      example(
        program
          .command('weigh')
          .argument('<part...>', 'operations, by name or by file, with how often they come: thp_dontneed=3')
          .summary('count the interrupts and atomic operations of a mix of operations under changes')
          .description(
            'Measures a mix of operations under a release, and under the same with changes of its code: what they cost in atomic operations\nand save in interrupts.',
          )
          .requiredOption('-a, --arch <id>', 'architecture')
          .option('--release <name>', 'release', 'v6.1')
          .option(
            '--with <changes>',
            'one more kernel: with these changes, joined by +; - in front takes one out. May be given again',
            (one: string, all: readonly string[]) => [...all, one],
            [],
          )
          .option('-m, --mode <name>', 'what the other CPUs do meanwhile, as for measure', 'spin3'),
        'weigh thp_dontneed=3 --arch ppc64-radix --release v5.4 --with -ppc_clear_kicks_walkers',
      ),
    load: async () => (await import('./weigh.ts')).Weigh,
  },
  {
    declare: (program) =>
      example(
        html(
          program
            .command('replay')
            .argument('<token>', 'what a report prints behind `replay`')
            .summary('show one execution again')
            .description(
              'Shows one execution again, from its token.\nExits 12 when a claim breaks in it, 11 when somebody waits for ever, else 0.',
            )
            .option('--full', 'every step: fold nothing')
            .option('--until <step>', 'stop after this step', whole)
            .option(
              '--break <step>',
              'stop in a debugger where this step is made, with the code that makes it on the stack: node --inspect-brk $(which shootdown) replay ...',
              whole,
            ),
        ),
        'replay v1:collapse-beside-gup-fast:v6.1:arm64:0x3.1x2 --full',
      ),
    load: async () => (await import('./replay.ts')).Replay,
  },
  {
    declare: (program) =>
      example(
        program
          .command('list')
          .addArgument(
            new Argument('<what>').choices([
              'archs',
              'workloads',
              'hooks',
              'operations',
              'functions',
              'changes',
              'releases',
              'limits',
            ]),
          )
          .summary('list architectures, workloads, hooks, operations, functions, changes, releases or limits')
          .description(
            'Lists architectures, workloads, hooks, operations that are counted, functions that a patch may replace beside the bodies of hooks, or what configurations switch: changes of generic code and of architectures, with the releases that have them, and which of them are fixes. Or releases in order: what came with each, and what the real one has and ours lacks. Or limits: what the model does not have, and the function of Linux that would do it. Code that comes to a limit gives up, and what it was judged by says so.',
          ),
        'list limits',
      ),
    load: async () => (await import('./list.ts')).List,
  },
  {
    declare: (program) =>
      example(
        html(
          archs(
            program
              .command('explain')
              .argument('<hook>')
              .summary('show the contract of a hook, and who answers for it')
              .description(
                'Shows the contract of a hook: what callers hold and get, what may differ, what is not sure; and which layer answers for it on each architecture.',
              ),
          ),
        ),
        'explain pmdp_collapse_flush',
      ),
    load: async () => (await import('./explain.ts')).Explain,
  },
  {
    declare: (program) =>
      example(
        html(
          bounds(
            archs(
              verbose(
                program
                  .command('claims')
                  .argument('<hook...>')
                  .summary('measure how often the claims of a hook hold on each architecture')
                  .description(
                    'Measures how often each claim of a hook holds on each architecture: always, sometimes or never, over every interleaving of the workloads that reach it.\nExits 12 when an architecture breaks what the contract demands of all, 75 when a search did not end, 4 when no workload reaches the hook.',
                  ),
              ),
            ),
          ),
        ),
        'claims pmdp_collapse_flush --arch x86-64,ppc64-radix',
      ),
    load: async () => (await import('./claims.ts')).Claims,
  },
  {
    declare: (program) =>
      example(
        bounds(
          archs(
            program
              .command('coverage')
              .argument('[workload...]', 'races or other workloads (default: all)')
              .summary('list the code that no workload executes: what a clean verdict says nothing about')
              .description(
                'Explores workloads on the architectures, under every kernel they have, and lists the steps of operations and hooks, and the arms of\nconditions without a step, that no interleaving reached: with file, line, and what is there.\nExits 0, 75 when a search did not end (what it did not reach may be reached all the same), 4 when nothing applies.',
              )
              .option('--variant <name>', 'of a race: before or after its fix; else a release (default: all)')
              .option('--jobs <n>', 'threads that search at the same time (default: one for each CPU)', whole)
              .option('--full', 'every function, not only those with something unreached'),
          ),
        ),
        'coverage collapse-beside-gup-fast --arch arm64',
      ),
    load: async () => (await import('./coverage.ts')).Coverage,
  },
  {
    declare: (program) =>
      example(
        bounds(
          archs(
            program
              .command('bisect')
              .argument('<workload...>', 'races or other workloads')
              .summary('find the release and the change since which a race breaks or holds')
              .description(
                'Judges a workload under every release of a range, and where two of them differ under each change between them: which one alone makes the\ndifference. Then which other changes would hold it off in the newest release that breaks.\nExits 0, 75 when a search did not end, 4 when nothing applies.',
              )
              .option('--from <release>', 'oldest release (default: the oldest that is known)')
              .option('--to <release>', 'newest release (default: the newest that is known)'),
          ),
        ),
        'bisect collapse-vs-gup-fast --arch arm64 --from v5.4',
      ),
    load: async () => (await import('./bisect.ts')).Bisect,
  },
  {
    plugins: async ([folder = '']) => [(await import('../patch/files.ts')).patchFiles(folder).entry],
    declare: (program) =>
      example(
        bounds(
          archs(
            program
              .command('patch')
              .argument('<folder>', 'where it lies: a folder with patch.ts, or a file')
              .argument(
                '[workload...]',
                'only these races or other workloads, and no counts (default: all that come by it)',
              )
              .summary('try a patch: what it breaks, holds and costs, on every architecture')
              .description(
                'Judges every race, control and story of conformance that executes what a patch touches, and counts every operation that does, without\nthe patch and with it. Prints what became otherwise, then the lines of the patch that nothing reached.\nExits 0 when nothing breaks, 12 when something does that did not, 75 when a search did not end or a line was not reached, 65 when the\npatch is wrong, 1 with --fail-on diff when a count is another one.',
              )
              .option('--jobs <n>', 'threads that judge at the same time (default: one for each CPU)', whole)
              .option(
                '--all',
                'search every workload, not only those of which one of some executions comes by the patch',
              )
              .option('--no-counts', 'count no operations')
              .addOption(new Option('--fail-on <what>', 'exit 1 when anything is otherwise').choices(['diff']))
              .option('--junit <file>', 'write the result as JUnit XML too')
              .option('--ktap <file>', 'write the result as KTAP too')
              .option('--full', 'every count, and every step of the trace'),
          ),
        ),
        'patch ./my_patch collapse-free-vs-gup-fast-ipi --arch x86-64,arm64',
      ),
    load: async () => (await import('./patch.ts')).Patch,
  },
  {
    declare: (program) =>
      example(
        program
          .command('new')
          .addArgument(new Argument('<what>').choices(['arch', 'patch']))
          .argument('<name>', 'lower case, such as riscv64 or collapse_syncs_late')
          .summary('begin an architecture, or a patch')
          .description(
            'Writes the package of a new architecture: its machine, complete bodies of the hooks that every architecture has to bring, and\ntests that pass as they stand. Makes it known to the workspace. Never overwrites.\nA patch is a folder, anywhere: the present bodies of what it is to replace, ready to be edited, with a test.',
          )
          .option('--like <id>', 'architecture to begin like', 'arm64')
          .option(
            '--dir <folder>',
            'folder of packages (default: packages); of a patch where its folder is made (default: here)',
          )
          .option(
            '--touch <names>',
            'what a patch replaces, comma separated: functions of kernel code, and hooks as HOOK@ARCH',
            names,
          ),
        'new arch riscv64 --like arm64\n  npx shootdown new patch my_patch --touch collapse_huge_page,flush_tlb_range@arm64',
      ),
    load: async () => (await import('./new.ts')).New,
  },
  {
    declare: (program) =>
      example(
        bounds(
          program
            .command('litmus')
            .argument('<file...>', '.litmus files, or folders of them')
            .summary('run litmus tests on the machine')
            .description(
              'Runs litmus tests of herd7 on the machine, over every interleaving and everything the memory model allows: TSO\nof x86 and of C, and what Arm and POWER allow of AArch64 and PPC.\nExits 0, 1 when an outcome differs from a reference, 4 when no test can be run, 11 when somebody waits for ever or does not give back a lock,\n65 when a file is not understood, 75 when a search did not end: without --max-states after 2,000,000 states.',
            )
            .addOption(
              new Option('--memory <model>', 'the order of memory: that of the instructions, or a stronger one')
                .choices(['sc', 'tso', 'own'])
                .default('own'),
            )
            .option('--against <file>', 'compare with references: JSON with file, verdict and states of each test'),
        ),
        'litmus SB.litmus --memory sc',
      ),
    load: async () => (await import('./litmus.ts')).Litmus,
  },
  {
    csv: true,
    declare: (program) =>
      example(
        html(
          archs(
            program
              .command('measure')
              .argument('[operation...]', 'operations, by name or by file (default: all)')
              .summary('count interrupts and flushes of an operation, with the real shape of the tree')
              .description(
                'Runs operations once, with the page tables of the real machine, and counts interrupts, flushes and waits for walkers.\nExits 0, 1 when a number differs from those it is compared with, 4 when nothing is selected.',
              )
              .option(
                '-m, --mode <names>',
                'what the other CPUs do: solo, spin3, lazy3, exited3, away3 or all, comma separated (default: solo)',
                names,
              )
              .option('--against [file]', 'compare with counts of real kernels: those of a file, or of Linux 6.1')
              .option(
                '--kernel <release>',
                'kernel that is measured: 6.1 (6.1.192), 6.1.0 or 6.12 (default: that of the counts, else 6.1)',
              )
              .option('--without <rule>', 'one rule of the kernel or the machine switched off: which counts notice?')
              .option('--why <row>', 'show who caused what, for OPERATION:ARCHITECTURE:MODE')
              .option(
                '--stepwise',
                'run kernel code step by step, as an exploration does: slower, with the same result',
              ),
          ),
        ),
        'measure thp_munmap collapse --arch x86-64-paravirt,arm64 --mode spin3,lazy3',
        'measure --why thp_munmap:x86-64-paravirt:spin3',
      ),
    load: async () => (await import('./measure.ts')).Measure,
  },
  {
    declare: (program) =>
      example(
        program
          .command('completion')
          .addArgument(new Argument('<shell>').choices(SHELLS))
          .summary('print what makes a shell complete command lines')
          .description(
            'Prints a script for bash, zsh or fish. Its first lines say where to put it. Then the tab key completes commands, options, races,\narchitectures, hooks and files, also behind npx.',
          ),
        'completion bash',
      ),
    load: async () => (await import('./completion.ts')).Completion,
  },
  {
    declare: (program) =>
      example(
        program
          .command('complete', { hidden: true })
          .argument('[word...]', 'behind the name of the program; the last is the one at the cursor')
          .description('Prints the words that fit at the cursor: what a completion asks.'),
        'complete -- run collapse --arch ""',
      ),
    load: async () => (await import('./complete.ts')).Complete,
  },
];
