/**
 * Mistakes that are made in the explorer on purpose, beside those that operators.mjs finds: in these files, one text instead of another. Each
 * is named after the rule that it breaks. Each text occurs exactly once in its file.
 */
import { readFileSync } from 'node:fs';

/** Mistakes in one file: `name: [from, to]`, or `name: [[from, to], [from, to]]`. */
const file = (name, mutants) =>
  Object.entries(mutants).map(([mutant, edits]) => ({
    mutant,
    edits: (typeof edits[0] === 'string' ? [edits] : edits).map(([from, to]) => ({
      file: `packages/${name}`,
      from,
      to,
    })),
  }));

/** Mistakes in several files: `name: [[file, from, to], ...]`. */
const files = (mutants) =>
  Object.entries(mutants).map(([mutant, edits]) => ({
    mutant,
    edits: edits.map(([name, from, to]) => ({ file: `packages/${name}`, from, to })),
  }));

const RULES = [
  ...file('explorer/src/learned/successors.ts', {
    'enabled: closed gate': [
      'if (this.findClosedGate(p, record, base)) return',
      'if (this.findClosedGate(p, record, base) && false) return',
    ],
    'enabled: every gate': [
      'for (let i = 0; i < gates.length; i++) {',
      'for (let i = 0; i < Math.min(1, gates.length); i++) {',
    ],
    'enabling sets: which gate': ['this.gateEnablingSets[p]![i]!', 'this.gateEnablingSets[p]![0]!'],
    'enabled: blocked': ['      outcomes = 0;\n', '      outcomes = 1;\n'],
    'choices: all outcomes asked': [
      'outcomes = meaning.choices!(step, asked);',
      'outcomes = Math.min(1, meaning.choices!(step, asked));',
    ],
    'enabling sets: all cells read': [': [asked.slots],', ': [asked.slots.slice(0, 1)],'],
    'cache: choice in the key': ['applied.noteChoice(choice);', ';'],
    'enabled: given up': ['const STOPPED = TRAIT.ended | TRAIT.gaveUp;', 'const STOPPED = TRAIT.ended;'],
  }),
  ...file('explorer/src/api/condition.ts', {
    'enabling sets: union over a disjunction': ['[firsts.flatMap((cells) => cells!)]', '[firsts[0]!]'],
    'enabling sets: only what fails': [
      'enablingSets: (store) => parts.flatMap((part) => part.enablingSets(store)),',
      'enablingSets: () => parts.flatMap((part) => part.tests.map(({ cell }) => [cell])),',
    ],
    'enabling sets: disjunction has no tests': ['  tests: [],\n', '  tests: parts.flatMap((part) => part.tests),\n'],
  }),
  ...file('explorer/src/learned/decision-trees.ts', {
    'cache: values in the key': [
      'while (branch >= 0 && value[branch] !== found) branch',
      'while (branch >= 0 && false) branch',
    ],
  }),
  ...file('explorer/src/learned/automaton.ts', {
    'automaton: daemon restart': ['? this.roots[p]!\n', '? this.endOf(p)\n'],
    'automaton: observed value in the key': [
      'const edge = this.edges.add(node, value);',
      'const edge = this.edges.add(node, 0);',
    ],
  }),
  ...file('explorer/src/learned/local-identity.ts', {
    'identity: frames': [
      'JSON.stringify([step.kind, step.cpu, step.cells, step.args, step.why, step.info])}\\n${told}`',
      'JSON.stringify([step.kind, step.cpu, step.cells, step.args, step.why, step.info])}`',
    ],
  }),
  ...file('explorer/src/search/report.ts', {
    'terminal: deadlock': ["return mainsLeft > 0 ? 'deadlock' : 'end';", "return 'end';"],
    'terminal: idle daemon': [" && system.processes[p]!.role === 'main') mainsLeft++", ') mainsLeft++'],
    'terminal: given up': ["if (traits & TRAIT.gaveUp) return 'gave up';", ''],
  }),
  ...file('explorer/src/search/terminal-states.ts', {
    'livelock: closure': ['if (found === all) continue;', ''],
    'livelock: backtrack moves': ['let i = after[state]!; i >= 0 && !found;', 'let i = -1; i >= 0 && !found;'],
    'livelock: repeated passes': [
      'for (let changed = true; changed && left > 0;) {',
      'for (let changed = true; changed && left > 0; changed = false) {',
    ],
    'livelock: main processes ended': [
      "if (this.system.processes[p]!.role === 'main') terminal = 0;",
      "if (this.system.processes[p]!.role !== '') terminal = 0;",
    ],
  }),
  ...file('explorer/src/search/breadth-first.ts', {
    'finals: judged': ["if (kind !== 'end') return;", 'return;'],
    'finals: not judged at deadlocks': ["if (kind !== 'end') return;", ''],
    'breadth first: layer boundary': ['this.layerEnd = this.states.count;', 'this.layerEnd = this.states.count + 1;'],
  }),
  ...file('explorer/src/search/expansion.ts', {
    'proviso: cycle': ['let leadsOn = false;\n    let explored', 'let leadsOn = true;\n    let explored'],
    'proviso: full expansion': ['if (i < selected) leadsOn ||= led;', 'leadsOn ||= led;'],
    'proviso: termination backtracks': ['for (const state of expanded) {', 'for (const state of []) {'],
    'sleep: permuted with the state': ['states.asInFoundState(moves.sleepSet)', 'moves.sleepSet'],
    'sleep: backtracks sleep on explored only': [
      'let asleep = states.sleepSet(state);',
      'let asleep = states.sleepSet(state) | (next.bits(enabled) & ~movers);',
    ],
    'sleep: mover is awake': [
      'moves.makeMove(state, p, choice, asleep)',
      'moves.makeMove(state, p, choice, asleep | (1 << p))',
    ],
    'proviso: self loop': ['leadsOn ||= to > state;', 'leadsOn ||= to >= state;'],
  }),
  ...file('explorer/src/search/moves.ts', {
    'local: gated': ['      if (ahead.isGated(p, states.count)) return;\n', ''],
    'chain: claims judged': ['this.judge(ahead, node, effect, -1);', ''],
    'findings: merged states judged anew': ['states.canonical ? -1 : known < 0', 'known < 0'],
    'chain: one process alone': [
      'if (selected !== 1) return known;',
      'if (selected < 1 || selected > 2) return known;',
    ],
  }),
  ...file('explorer/src/search/findings.ts', {
    'findings: shorter schedule replaces': [
      'if (known !== undefined && (depth < 0 || known.depth <= depth)) return;',
      'if (known !== undefined) return;',
    ],
    'findings: counted once': ['state < 0 || this.counted.add(state, edge)', 'true'],
  }),
  ...file('explorer/src/store/states.ts', {
    'store: fingerprint updated': [' - lowPart(word, old, this.seed);', ';'],
    'store: whole record copied': [
      'for (let i = HEADER.low; i < width; i++) to[b + i]',
      'for (let i = HEADER.low; i < width - 1; i++) to[b + i]',
    ],
    'store: all writes': ['for (let i = from; i < to; i++) {', 'for (let i = from + 1; i < to; i++) {'],
    'store: widened records': [
      'wide.set(old.subarray(i * narrow, (i + 1) * narrow), i * this.stride);',
      'wide.set(old.subarray(i * narrow, i * narrow + HEADER.size), i * this.stride);',
    ],
    'store: order of chained moves': ['...this.predecessors.at(move).reverse()', '...this.predecessors.at(move)'],
    'store: full comparison': ['if (this.compact) return', 'if (!this.canonical) return'],
    'store: cells compared': [
      'for (let i = HEADER.size; i < width; i++) if (known',
      'for (let i = HEADER.size; i < HEADER.size + this.system.processes.length; i++) if (known',
    ],
  }),
  ...file('explorer/src/store/packing.ts', {
    'store: initial values': ['return (word + this.initials[cell]!) | 0;', 'return word;'],
  }),
  ...file('explorer/src/store/visited.ts', {
    'store: high half of the fingerprint': ['return this.places[2 * place] === high;', 'return true;'],
    'store: rehashing': ['if (id < 0) continue;', 'if (id < 0 || id % 7 === 3) continue;'],
  }),
  ...file('explorer/src/symmetry/canonical.ts', {
    'canonical: sums updated': [' - this.parts[2 * old]!;', ';'],
    'symmetry: cell values permuted': ['value !== 0 && (kind === SHARED_SET || kind === OWN_SET)', 'false'],
    'canonical: cells compared': [
      'if (known[at + word] !== chunk[base + word] && (!this.dead || this.isLive(word))) return false;',
      ';',
    ],
    'canonical: permuted cells compared': ['if (known[at + words[word]!] !== mapped) return false;', ''],
    'canonical: permutations tried': [
      'const found = this.replicas > 0 && this.matchPermutation(',
      'const found = false && this.matchPermutation(',
    ],
    'canonical: processes permuted': [
      'known[at + HEADER.size + processImages[p]!] !==',
      'known[at + HEADER.size + p] !==',
    ],
    'canonical: cells permuted': ['this.layout.wordOf[permutation.cell(this.layout.cellAt(word))]!', 'word'],
  }),
  ...file('explorer/src/symmetry/closure.ts', {
    'symmetry: closure of the learned model': [
      ['for (let before = -1;', 'return; for (let before = -1;'],
      ['checkLearned(): void {', 'checkLearned(): void { return;'],
    ],
    'symmetry check: edges': ['if (to === NONE || to !== wanted)\n', 'if (false)\n'],
  }),
  ...file('explorer/src/symmetry/images.ts', {
    'symmetry: observed values permuted': [
      'this.group.generators[generator]!.observed(steps[edges.from[edge]!]!, observed)',
      'observed',
    ],
  }),
  ...file('explorer/src/symmetry/check.ts', {
    'symmetry check: updates': ['saw === observed &&', 'true ||'],
    'symmetry check: claims': [
      'const wanted = told(node, (_check, i) => verdicts?.[i] ?? true);',
      'return true; const wanted = told(node, (_check, i) => verdicts?.[i] ?? true);',
    ],
    'symmetry check: finals': ['if (check.holds(image, END_STEP, 0) !== held[i])\n', 'if (false)\n'],
  }),
  ...file('explorer/src/learned/local-steps.ts', {
    'local: judged steps': [' | TRAIT.judged', ''],
    'local: written cells': ['      if (this.written.has(cell)) throw new Changes();\n', ''],
    'local: last step of gated code': ['return edge < 0 || (automaton.traits', 'return false && (automaton.traits'],
    'local: written by an image': ['for (const map of this.generators) this.note(map.cell(cell));', ''],
  }),
  ...file('explorer/src/partial-order/may-access.ts', {
    'may-access: gates': ['for (const gate of gates[automaton.processOf[node]!]!)', 'for (const gate of [])'],
    'may-access: suffix': ['this.closeOverSuffixes(automaton, locks);', ''],
    'may-access: daemon restart': [
      ['closeOverSuffixes({ edges }: Automaton', 'closeOverSuffixes({ edges, roots, processOf }: Automaton'],
      [
        'const next = edges.to[edge]!;',
        'const next = edges.to[edge]!;\n        if (next === roots[processOf[next]!]) continue;',
      ],
    ],
    'queues: enqueue only': ['this.unprotected[at] & ~(this.bitsOf(posts', '0 & ~(this.bitsOf(posts'],
    'may-access: repeated passes': ['changed = join(row, a, row[b]!) || changed;', 'join(row, a, row[b]!);'],
    'fixpoint: reads of finals compared': [
      '      unprotectedUnlessEnqueued,\n      finals,\n',
      '      unprotectedUnlessEnqueued,\n',
    ],
    'fixpoint: writes compared': [
      '      step.writes,\n      step.adds,\n      step.takes,\n      suffix.reads,\n      suffix.writes,\n      suffix.adds,\n      unprotected,\n      unprotectedUnlessEnqueued,\n',
      '      suffix.reads,\n',
    ],
  }),
  ...file('explorer/src/partial-order/dependence.ts', {
    'dependence: write-read': ['(w & R)', '0'],
    'dependence: write-write': ['(w & W)', '0'],
    'dependence: write-update': ['(w & U)', '0'],
    'dependence: read-write': ['(r & W)', '0'],
    'dependence: read-update': ['(r & U)', '0'],
    'dependence: update-read': ['(u & R)', '0'],
    'dependence: update-write': ['(u & W)', '0'],
    'locks: released by updates': ['return (conflict & added) === 0;', 'return true;'],
    'dependence: every word of cells': [
      'for (let w = 0; w < words; w++) {',
      'for (let w = 0; w < Math.min(1, words); w++) {',
    ],
    'dependence: every cell behind a lock': ['found = DEPENDENT_WHEN_UNLOCKED;', 'return DEPENDENT_WHEN_UNLOCKED;'],
  }),
  ...file('explorer/src/partial-order/held-locks.ts', {
    'locks: held now': ['const acquires = this.mayAccess!.acquires.get(slot);', 'return true;'],
    'queues: not empty': ['    if (queue && value === 0) return false;\n', ''],
    'queues: enqueue may enable': [
      '    if (queue && acquires.some(({ passes }) => passes !== isZero)) return false;\n',
      '',
    ],
    'locks: value of the lock': ['const value = this.store.get(this.mayAccess!.cells[slot]!);', 'const value = 0;'],
    'locks: all acquirers blocked': ['const held = acquires.every(', 'const held = acquires.some('],
  }),
  ...file('explorer/src/partial-order/persistent-sets.ts', {
    'persistent: enablers of gated': ['found = this.enablersOf(p, blockedOn[p]!);', 'found = 0;'],
    'persistent: enablers of blocked': [
      'const sets = alternatives[blockedOn[p]!]!;',
      'const sets: readonly number[] = [];',
    ],
    'persistent: transitive closure': [
      ['      set |= fresh;\n      todo |= fresh;\n', '      set |= fresh;\n'],
      ['return NONE_SMALLER;\n      todo |= fresh;\n', 'return NONE_SMALLER;\n'],
    ],
    'persistent: enablers of the only alternative': [
      '        if (sets.length === 1) found = this.enablersOf(p, sets[0]!);',
      '',
    ],
    'persistent: one of the alternatives': ['return this.cheapestAlternative(p, sets, set, enabled);', 'return 0;'],
    'persistent: singleton': [
      'if (q !== p && next.statusOf(q, record, base) === ENABLED) return false;',
      'if (q !== p) next.statusOf(q, record, base);',
    ],
    'persistent: smallest set': ['if (set === NONE_SMALLER) {', 'if (best !== -1 || set === NONE_SMALLER) {'],
  }),
  ...file('explorer/src/search/fixpoint.ts', {
    'fixpoint: repeat until converged': ['model.version !== this.knownVersion &&', 'false &&'],
    'fixpoint: asked again': ['this.knownVersion = version;', 'this.knownVersion = Infinity;'],
    'fixpoint: late learning': ['[version, !this.search.converged]', '[version, false]'],
    'fixpoint: earlier findings kept': ['this.earlier = mergeFindings(this.search.found, this.earlier);', ''],
  }),
  ...file('explorer/src/learned/watched-store.ts', {
    'access sets: reads of enabled': [
      '    } else {\n      accessSets.noteRead',
      "    } else if (this.asking !== 'enabled') {\n      accessSets.noteRead",
    ],
    'access sets: reads of choices': [
      '    } else {\n      accessSets.noteRead',
      "    } else if (this.asking !== 'choices') {\n      accessSets.noteRead",
    ],
    'access sets: reads of claims': [
      '    } else {\n      accessSets.noteRead',
      "    } else if (this.asking !== 'claim') {\n      accessSets.noteRead",
    ],
    'access sets: reads of finals': ['      accessSets.noteFinal(cell);', ''],
    'access sets: silent writes': [
      'if (this.accessSets) this.accessSets.noteTouch',
      'if (this.accessSets && this.inner.get(cell) !== value) this.accessSets.noteTouch',
    ],
    'queues: reads of claims': ["if (this.asking === 'claim') accessSets.noteClaim", 'if (false) accessSets.noteClaim'],
  }),
  ...file('explorer/src/learned/access-sets.ts', {
    'dependence: updates of two kinds': ["if (known !== kind && known !== 'mixed')", 'if (false)'],
    'fixpoint: reads of finals count': [
      'if (this.finals.add(0, this.slot(cell))) this.version++;',
      'this.finals.add(0, this.slot(cell));',
    ],
  }),
  ...file('explorer/src/partial-order/dead-cells.ts', {
    'dead cells: suffix reads': ['suffix.reads[row + w]!', 'this.mayAccess().step.reads[row + w]!'],
  }),
  ...file('explorer/src/partial-order/sleep-sets.ts', {
    'sleep: dependent steps wake': ['if (asleep === 0) return asleep;', 'return asleep;'],
    'sleep: merge intersects': ['if (woken === 0) return 0;', 'return 0;'],
  }),
  ...file('core/src/machine/memory/tso.ts', {
    'machine: full store buffer blocks': [
      '...waitsFor(({ cpu }) => when(at(cpu), (value) => length(value) < 2 * depth)),',
      '',
    ],
  }),
  ...files({
    'search: all outcomes': [
      ['explorer/src/search/expansion.ts', 'const outcomes = this.next.outcomes[p]!;', 'const outcomes = 1;'],
      ['explorer/src/search/moves.ts', '      if (ahead.outcomes[only]! > 1) return known;\n', ''],
    ],
    'locks: accessed without acquiring': [
      [
        'explorer/src/partial-order/dependence.ts',
        'const open = (writing & unprotected[other * words + (slot >>> 5)]!) !== 0;',
        'const open = false;',
      ],
      [
        'explorer/src/partial-order/dependence.ts',
        'if (this.mayAccess.unprotectedAmong(other, w, conflict, conflict & this.dequeued(node, w)) !== 0)',
        'if (false)',
      ],
      [
        'explorer/src/partial-order/held-locks.ts',
        'if (this.mayAccess!.unprotectedAmong(node, word, bits, queues) !== 0) return false;',
        '',
      ],
    ],
  }),
];

/**
 * The mistakes as edits.
 * @returns of each rule its name, and what is edited: { file, start, end, text, was, line }
 * @throws Error where a text is not there once: the explorer was changed, and somebody has to say what the mistake is now
 */
export function brokenRules() {
  const texts = new Map();
  const editOf = (rule, { file, from, to }) => {
    if (!texts.has(file)) texts.set(file, readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
    const parts = texts.get(file).split(from);
    if (parts.length !== 2)
      throw new Error(
        `${rule}: ${file} has the text that it changes ${parts.length - 1} times instead of once:\n  ${from}`,
      );
    const start = parts[0].length;
    return { file, start, end: start + from.length, text: to, was: from, line: parts[0].split('\n').length };
  };
  return RULES.map(({ mutant, edits }) => ({ rule: mutant, edits: edits.map((edit) => editOf(mutant, edit)) }));
}

/** What `import` is told for this rule to be broken. */
export function queryOf(rule) {
  const found = brokenRules().find((one) => one.rule === rule);
  if (!found) throw new Error(`there is no rule ${rule} in judges/mutate/rules.mjs`);
  const edits = found.edits.map(({ file, start, end, text }) => ({ file, start, end, text }));
  return `?edit=${encodeURIComponent(JSON.stringify({ edits }))}`;
}
