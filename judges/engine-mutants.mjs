// Mistakes to make in the engine on purpose: in this file, this text for that. Those of the reductions have switches of their own.
// typescript.mjs makes them.
const file = (name, mutants) =>
  Object.entries(mutants).map(([mutant, [from, to]]) => ({ mutant, file: `packages/${name}`, from, to }));

export const ENGINE_MUTANTS = [
  ...file('explorer/src/search/successors.ts', {
    'a closed gate holds nobody up': [
      'if (this.isHeld(p, record, base)) return',
      'if (this.isHeld(p, record, base) && false) return',
    ],
    'only the first gate counts': [
      'for (let i = 0; i < gates.length; i++) {',
      'for (let i = 0; i < Math.min(1, gates.length); i++) {',
    ],
    'the first gate is blamed for any': ['this.gateReasons[p]![i]!', 'this.gateReasons[p]![0]!'],
    'who waits does not wait': ['      ways = 0;\n', '      ways = 1;\n'],
    'the first outcome is the only one': [
      'ways = meaning.choices!(step, asked);',
      'ways = Math.min(1, meaning.choices!(step, asked));',
    ],
    'who waits waits for the first cell it read': [': [asked.slots],', ': [asked.slots.slice(0, 1)],'],
    'outcomes are taken for one': ['applied.noteChoice(choice);', ';'],
    'those who gave up go on': ['const STOPPED = TRAIT.ended | TRAIT.gaveUp;', 'const STOPPED = TRAIT.ended;'],
  }),
  ...file('explorer/src/api/condition.ts', {
    'one part is obstacle enough': ['[firsts.flatMap((cells) => cells!)]', '[firsts[0]!]'],
    'what holds is an obstacle': [
      'obstacles: (store) => parts.flatMap((part) => part.obstacles(store)),',
      'obstacles: () => parts.flatMap((part) => part.tests.map(({ cell }) => [cell])),',
    ],
    'each part has to hold': ['  tests: [],\n', '  tests: parts.flatMap((part) => part.tests),\n'],
  }),
  ...file('explorer/src/learned/decision-trees.ts', {
    'answers do not depend on what was read': [
      'while (branch >= 0 && value[branch] !== found) branch',
      'while (branch >= 0 && false) branch',
    ],
  }),
  ...file('explorer/src/learned/automaton.ts', {
    'daemons end': ['? this.roots[p]!\n', '? this.endOf(p)\n'],
    'edges of all nodes go where the first went': [
      'const edge = this.edges.add(node, value);',
      'const edge = this.edges.add(node, 0);',
    ],
  }),
  ...file('explorer/src/learned/local-identity.ts', {
    'a local state is its step': [
      'JSON.stringify([step.kind, step.cpu, step.cells, step.args, step.why, step.info])}\\n${told}`',
      'JSON.stringify([step.kind, step.cpu, step.cells, step.args, step.why, step.info])}`',
    ],
  }),
  ...file('explorer/src/search/report.ts', {
    'a deadlock is an end': ["return mainsLeft > 0 ? 'deadlock' : 'end';", "return 'end';"],
    'daemons may not be idle': [" && system.processes[p]!.role === 'main') mainsLeft++", ') mainsLeft++'],
    'giving up is an end': ["if (traits & TRAIT.gaveUp) return 'gave up';", ''],
  }),
  ...file('explorer/src/search/terminal-states.ts', {
    'some schedule goes on is enough': ['if (found === all) continue;', ''],
    'moves of those that woke lead nowhere': [
      'let i = after[state]!; i >= 0 && !found;',
      'let i = -1; i >= 0 && !found;',
    ],
    'the last state alone is looked from': [
      'for (let changed = true; changed && left > 0;) {',
      'for (let changed = true; changed && left > 0; changed = false) {',
    ],
    'nobody has ended before all have': [
      "if (this.system.processes[p]!.role === 'main') over = 0;",
      "if (this.system.processes[p]!.role !== '') over = 0;",
    ],
  }),
  ...file('explorer/src/search/breadth-first.ts', {
    'ends are not judged': ["if (ending !== 'end') return;", 'return;'],
    'deadlocks are judged as ends': ["if (ending !== 'end') return;", ''],
    'layers are one too long': ['this.layerEnd = this.states.count;', 'this.layerEnd = this.states.count + 1;'],
  }),
  ...file('explorer/src/search/expansion.ts', {
    'who moves sleeps': ['moves.follow(state, p, choice, asleep)', 'moves.follow(state, p, choice, asleep | (1 << p))'],
    'a circle is a way on': ['onwards ||= to > state;', 'onwards ||= to >= state;'],
  }),
  ...file('explorer/src/search/moves.ts', {
    'claims on the way are not judged': ['this.judge(ahead, node, effect, -1);', ''],
    'states that were merged are judged once': ['states.likeness ? -1 : known < 0', 'known < 0'],
    'what is fused may choose': ['if (few !== 1) return known;', 'if (few < 1 || few > 2) return known;'],
  }),
  ...file('explorer/src/search/findings.ts', {
    'the first schedule is the shortest': [
      'if (known !== undefined && (depth < 0 || known.depth <= depth)) return;',
      'if (known !== undefined) return;',
    ],
    'each way into a state is counted again': ['state < 0 || this.counted.add(state, edge)', 'true'],
  }),
  ...file('explorer/src/store/states.ts', {
    'the last cell is not copied': [
      'for (let i = HEADER.low; i < width; i++) to[b + i]',
      'for (let i = HEADER.low; i < width - 1; i++) to[b + i]',
    ],
    'the first write is lost': ['for (let i = from; i < to; i++) {', 'for (let i = from + 1; i < to; i++) {'],
    'records that grow lose what they hold': [
      'wide.set(old.subarray(i * narrow, (i + 1) * narrow), i * this.stride);',
      'wide.set(old.subarray(i * narrow, i * narrow + HEADER.size), i * this.stride);',
    ],
    'fused moves are told backwards': ['...this.trails.at(move).reverse()', '...this.trails.at(move)'],
    'fingerprints are enough': ['if (this.compact) return', 'if (!this.likeness) return'],
    'equal is equal nodes': [
      'for (let i = HEADER.size; i < width; i++) if (known',
      'for (let i = HEADER.size; i < HEADER.size + this.system.processes.length; i++) if (known',
    ],
  }),
  ...file('explorer/src/store/packing.ts', {
    'cells begin with 0': ['return (word + this.initials[cell]!) | 0;', 'return word;'],
  }),
  ...file('explorer/src/store/visited.ts', {
    'half of a fingerprint is enough to look': ['return this.places[2 * place] === high;', 'return true;'],
    'a table that grows forgets': ['if (id < 0) continue;', 'if (id < 0 || id % 7 === 3) continue;'],
  }),
  ...file('explorer/src/symmetry/canonical.ts', {
    'likeness is equal nodes': [
      'if (known[at + word] !== chunk[base + word] && (!this.dead || this.isLive(word))) return false;',
      ';',
    ],
    'images are equal nodes': ['if (known[at + words[word]!] !== mapped) return false;', ''],
    'images of the other are not looked for': ['return this.members > 0 && this.place(', 'return false && this.place('],
    'processes stay where they are': ['known[at + HEADER.size + places[p]!] !==', 'known[at + HEADER.size + p] !=='],
    'cells stay where they are': ['this.layout.wordOf[renaming.cell(this.layout.cellAt(word))]!', 'word'],
  }),
  ...file('explorer/src/symmetry/closure.ts', {
    'edges are not looked at in the mirror': ['if (to === NONE || to !== wanted)\n', 'if (false)\n'],
  }),
  ...file('explorer/src/symmetry/check.ts', {
    'steps may do otherwise in the mirror': ['saw === observed &&', 'true ||'],
    'claims may say otherwise in the mirror': [
      'const wanted = told(node, (_check, i) => verdicts?.[i] ?? true);',
      'return true; const wanted = told(node, (_check, i) => verdicts?.[i] ?? true);',
    ],
    'claims about ends may say otherwise in the mirror': [
      'if (check.holds(image, END_STEP, 0) !== held[i])\n',
      'if (false)\n',
    ],
  }),
  ...file('explorer/src/learned/local-steps.ts', {
    'what is written in the mirror is not': ['for (const map of this.generators) this.note(map.cell(cell));', ''],
  }),
  ...file('explorer/src/partial-order/may-access.ts', {
    'futures reach once round': ['changed = join(row, a, row[b]!) || changed;', 'join(row, a, row[b]!);'],
    'what claims about ends read is no news': ['      unposted,\n      finals,\n', '      unposted,\n'],
    'what is written is no news': [
      '      own.writes,\n      own.adds,\n      own.takes,\n      all.reads,\n      all.writes,\n      all.adds,\n      unguarded,\n      unposted,\n',
      '      all.reads,\n',
    ],
  }),
  ...file('explorer/src/partial-order/dependence.ts', {
    'only the first 32 cells meet': [
      'for (let w = 0; w < words; w++) {',
      'for (let w = 0; w < Math.min(1, words); w++) {',
    ],
    'a lock among them is enough': ['found = AT_LOCKS;', 'return AT_LOCKS;'],
  }),
  ...file('explorer/src/partial-order/held-locks.ts', {
    'a lock is held once and for all': [
      'const value = this.store.get(this.futures!.cells[slot]!);',
      'const value = 0;',
    ],
    'one of those who take it must wait': ['const held = acquires.every(', 'const held = acquires.some('],
  }),
  ...file('explorer/src/partial-order/persistent-sets.ts', {
    'who waits is in no set': ['        if (reasons.length === 1) found = this.whoEnables(p, reasons[0]!);', ''],
    'of several obstacles none need go': ['return this.leastOf(p, reasons, set, able);', 'return 0;'],
    'others of the set may move too': [
      'if (q !== p && next.look(q, record, base) === READY) return false;',
      'if (q !== p) next.look(q, record, base);',
    ],
    'the first set is taken': ['if (set === NONE_SMALLER) {', 'if (best !== -1 || set === NONE_SMALLER) {'],
  }),
  ...file('explorer/src/search/fixpoint.ts', {
    'one round is enough once it was stale': ['this.known = version;', 'this.known = Infinity;'],
    'what is learned late is not asked about': ['[version, !this.search.settled]', '[version, false]'],
    'what rounds before found is lost': ['this.earlier = together(this.search.found, this.earlier);', ''],
  }),
  ...file('core/src/machine/memory/tso.ts', {
    'a full buffer is no bound (of the machine)': [
      '...waitsFor((step) => when(own(step), (id) => listOf(id).length < 2 * depth)),',
      '',
    ],
  }),
];
