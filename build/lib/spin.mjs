/** Writes a system as Promela, from the tables a search has learned, and lets SPIN judge it. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const runs = (command) =>
  spawnSync(command, ['-V'], { stdio: 'ignore' }).error === undefined ||
  spawnSync(command, ['--version'], { stdio: 'ignore' }).error === undefined;

/** Why SPIN cannot be asked here; undefined when it can. */
export function missing() {
  const absent = ['spin', 'gcc'].filter((command) => !runs(command));
  return absent.length > 0 ? `${absent.join(' and ')} not found (Debian: apt-get install spin gcc)` : undefined;
}

/**
 * Promela with one proctype per process, one label per local state, one d_step per way a step can go. There are no local variables
 * and no steps in between: the best that SPIN can be given, and as many states as the search counts.
 */
export function promelaOf({ processes, nodes, cells, transitions }) {
  const range = new Map(cells.map((cell) => [cell, [0, 0]]));
  for (const { sets } of transitions)
    for (const [cell, value] of sets) {
      const known = range.get(cell);
      known[0] = Math.min(known[0], value);
      known[1] = Math.max(known[1], value);
    }
  const type = ([low, high]) =>
    low >= 0 && high <= 1 ? 'bit' : low >= 0 && high <= 255 ? 'byte' : low >= -32768 && high <= 32767 ? 'short' : 'int';
  const all = (values) => values.map(([cell, value]) => `c${cell} == ${value}`).join(' && ') || 'true';
  const ofNode = transitions.reduce((map, t) => map.set(t.from, [...(map.get(t.from) ?? []), t]), new Map());
  const mayStay = (node) =>
    nodes[node].rests || (processes[nodes[node].process].daemon && processes[nodes[node].process].root === node);
  const name = (node) => `${mayStay(node) ? 'end' : 'N'}${node}`;
  const option = ({ to, when, sets, wrong }) => {
    const does = [
      ...sets.map(([cell, value]) => `c${cell} = ${value}`),
      ...wrong.map((values) => `assert(!(${all(values)}))`),
    ];
    return does.length === 0
      ? `  :: ${all(when)} -> goto ${name(to)}`
      : `  :: d_step { ${all(when)} -> ${does.join('; ')} }; goto ${name(to)}`;
  };
  const label = (node) => {
    const options = ofNode.get(node) ?? [];
    return `${name(node)}:\n${options.length === 0 ? '  false;' : `  if\n${options.map(option).join('\n')}\n  fi;`}`;
  };
  const proctype = ({ name: said, root }, p) => {
    const own = nodes.flatMap(({ process }, node) => (process === p && node !== root ? [node] : []));
    return `active proctype p${p}() { /* ${said} */\n  goto ${name(root)};\n${[root, ...own].map(label).join('\n')}\n}`;
  };
  return `${cells.map((cell) => `${type(range.get(cell))} c${cell} = 0;`).join('\n')}\n\n${processes.map(proctype).join('\n\n')}\n`;
}

/**
 * Generates, compiles and runs a verifier.
 * @param how `reduce`: with partial-order reduction; `seconds` and `megabytes`: where it is ended
 */
export function spin(promela, { reduce = false, seconds = 600, megabytes = 8192 } = {}) {
  const place = mkdtempSync(join(tmpdir(), 'shootdown-spin-'));
  const options = { cwd: place, encoding: 'utf8', maxBuffer: 1 << 26 };
  try {
    writeFileSync(join(place, 'm.pml'), promela);
    const begun = performance.now();
    // Left to itself SPIN takes states for one that differ in what no process reads any more. Where states are counted it must not.
    execFileSync('spin', ['-a', ...(reduce ? [] : ['-o2']), 'm.pml'], { ...options, stdio: 'pipe' });
    execFileSync(
      'gcc',
      [
        '-O3',
        '-w',
        '-o',
        'pan',
        'pan.c',
        '-DSAFETY',
        '-DVECTORSZ=4096',
        `-DMEMLIM=${megabytes}`,
        ...(reduce ? [] : ['-DNOREDUCE']),
      ],
      { ...options, stdio: 'pipe' },
    );
    const compiled = performance.now();
    const ran = spawnSync('./pan', ['-m5000000', '-w24', '-c1'], { ...options, timeout: seconds * 1000 });
    const ended = performance.now();
    const text = ran.stdout ?? '';
    const number = (pattern) => Number(pattern.exec(text)?.[1] ?? NaN); // 2.4e+08 too
    const capped =
      ran.error?.code === 'ETIMEDOUT'
        ? `over ${seconds} s`
        : /reached -DMEMLIM bound|out of memory/.test(text)
          ? `over ${megabytes} MB`
          : /max search depth too small/.test(text)
            ? 'too deep'
            : undefined;
    return {
      capped,
      states: number(/([\d.e+]+) states, stored/),
      transitions: number(/([\d.e+]+) transitions/),
      megabytes: number(/([\d.]+)\s+total actual memory usage/),
      wrong: /assertion violated/.test(text)
        ? 'violates'
        : /invalid end state \(at depth/.test(text)
          ? 'deadlock'
          : 'clean',
      compileSeconds: (compiled - begun) / 1000,
      seconds: (ended - compiled) / 1000,
      cpuSeconds: number(/elapsed time ([\d.]+) seconds/),
    };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
