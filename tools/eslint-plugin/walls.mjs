/** Who may import whom, one row per wall. A wall says its rule in the message; everything a row does not name is refused. */

// Outside core a folder is a package.
const packages = [
  {
    folder: 'explorer',
    may: ['acorn', 'node:*'],
    rule: 'explorer imports nothing of this workspace: it checks code written as generators, and knows nothing of Linux.',
  },
  {
    folder: 'arch-*',
    ignores: ['packages/arch-xen/src/**'],
    may: ['@shootdown/core/plugin'],
    rule: 'An architecture imports @shootdown/core/plugin and nothing else, not even another architecture.',
  },
  {
    folder: 'arch-xen',
    may: ['@shootdown/core/plugin', '@shootdown/arch-x86'],
    rule: 'arch-xen imports @shootdown/core/plugin and the value of @shootdown/arch-x86 that it lies over, and nothing else.',
  },
  {
    folder: 'workloads',
    may: ['@shootdown/core', 'node:*'],
    rule: 'workloads imports @shootdown/core only: a case names its architectures, it never imports them.',
  },
  {
    folder: 'conformance',
    may: ['@shootdown/core', '@shootdown/core/plugin', '@shootdown/core/testing', '@jest/globals', 'node:*'],
    rule: 'conformance imports the faces of @shootdown/core and @jest/globals: what every architecture must pass knows no architecture.',
  },
  {
    folder: 'litmus',
    may: [
      '@shootdown/core',
      '@shootdown/core/plugin',
      '@shootdown/core/testing',
      '@shootdown/arch-arm64',
      '@shootdown/arch-ppc64',
      'peggy',
      'node:*',
    ],
    rule: 'litmus imports the faces of @shootdown/core, its parser generator, and of architectures the tables of their memory order.',
  },
  {
    folder: 'report',
    may: ['picocolors', 'node:*'],
    mayTypes: ['@shootdown/core', '@shootdown/litmus'],
    rule: 'report imports types of @shootdown/core and @shootdown/litmus only: it words a verdict and computes nothing.',
  },
  {
    folder: 'viewer',
    may: ['preact', 'preact/hooks', 'node:*'],
    mayTypes: ['@shootdown/core'],
    rule: 'viewer imports types of @shootdown/core only: it draws what a trace says and computes no verdict. preact is for what a browser runs.',
  },
  {
    folder: 'cli',
    // What tells one build from another is asked before there is one: it stands beside the file that is started.
    may: [
      '@shootdown/*',
      'commander',
      'esbuild',
      'tsyringe',
      'typescript',
      'reflect-metadata',
      'node:*',
      '../bin/identity.mjs',
    ],
    rule: 'cli calls core and report through their faces; tsyringe is its container, inversify belongs to core/rig, and no file imports both.',
  },
];

// Inside core a folder is a stage. The face of the explorer is open to all of them: steps and mistakes are made of its words.
const stages = [
  { folder: 'words', may: [], rule: 'words imports nothing outside words: it is what every other folder is made of.' },
  {
    folder: 'contract',
    may: ['words/', 'node:assert*'],
    rule: 'contract imports words only: a promise knows neither who keeps it nor who asks.',
  },
  {
    folder: 'arch',
    may: ['words/', 'contract/', 'kernel/changes.ts', 'reflect-metadata', 'node:assert*'],
    rule: 'arch imports words and contract only, and the table of generic changes (inversify: in arch/below.ts alone).',
  },
  {
    folder: 'machine',
    may: ['words/', 'node:assert*'],
    rule: 'machine imports words only: a hook call is a step with a name, the dispatcher is handed in by rig.',
  },
  {
    folder: 'kernel',
    may: ['words/', 'contract/', 'node:assert*'],
    rule: 'kernel imports words and contract only: never machine or arch. It sees Cpu from words.',
  },
  {
    folder: 'workload',
    may: ['words/', 'contract/', 'kernel/', 'node:assert*'],
    rule: 'workload imports words, contract and kernel only: a story knows no machine and no architecture.',
  },
  {
    folder: 'watch',
    may: ['words/', 'contract/', 'node:assert*'],
    rule: 'watch imports words and contract only: a watcher looks through Facts.',
  },
  {
    folder: 'rig',
    may: [
      'words/',
      'contract/',
      'arch/',
      'machine/',
      'kernel/',
      'watch/',
      'workload/',
      'inversify',
      'reflect-metadata',
      'node:*',
    ],
    rule: 'rig joins what stands below it with inversify, and nothing from outside: no architecture, no tsyringe; it asks nothing (ask) and counts nothing (measure).',
  },
  {
    folder: 'measure',
    may: ['words/', 'machine/', 'contract/', 'arch/', 'kernel/', 'workload/', 'rig/', 'node:assert*'],
    rule: 'measure imports words, machine, contract, arch, kernel, workload and rig: one run is counted, nothing is searched and nothing judged.',
  },
  {
    folder: 'ask',
    may: ['*/', '@shootdown/explorer/instrument', 'node:*'],
    rule: 'ask puts questions to what rig has assembled: everything in core is open to it, nothing from outside, and no container.',
  },
];

// Inside the explorer a folder is a room. Each may import the rooms above its row, and nothing below.
const rooms = [
  { folder: 'api', rule: 'api imports nothing: it is what you give the explorer and what you get.' },
  { folder: 'instrument', may: ['acorn', 'node:*'], rule: 'instrument imports api only: it reads JavaScript.' },
  { folder: 'store', skips: ['instrument'], rule: 'store imports api only: it keeps records, whatever they mean.' },
  { folder: 'learned', rule: 'learned imports api, instrument and store: symmetry in learned-model.ts alone.' },
  { folder: 'symmetry', rule: 'symmetry imports api, store and learned: it knows no reduction and no search.' },
  { folder: 'partial-order', rule: 'partial-order imports no search: it is asked in a state.' },
  { folder: 'replay', rule: 'replay imports no search: it runs code along a schedule.' },
  { folder: 'search', rule: 'search imports every room but testing.' },
  { folder: 'testing', rule: 'testing imports rooms of the explorer only.' },
];

// no-restricted-imports does not see these two
const sideDoors = ['ImportExpression', 'TSImportType'].map((selector) => ({
  selector,
  message: 'Behind a wall write a plain import: lint does not see through import().',
}));

const escaped = (text) => text.replace(/[.\\^$|(){}[\]/+]/g, '\\$&');
const packageName = (name) => `${escaped(name).replace('*', '.*')}$`;

/** Refuses every specifier but those that are open. `depth` is how many folders the file lies below the wall's own root. */
function wall({ files, ignores = [], depth, neighbours = 'open', rule, may, mayTypes = [] }) {
  const inside = depth === 0 ? '\\./(?!\\.)' : `(?:\\./|(?:\\.\\./){1,${depth}})(?!\\.)`;
  const climbsOutLater = '[^./]/+\\.\\.';
  const others = {
    regex: `^(?!${[...(neighbours === 'open' ? [inside] : []), ...may, ...mayTypes].join('|')})|${climbsOutLater}`,
    message: rule,
  };
  // what is open to types only is refused to values
  const values = mayTypes.map((type) => ({ regex: `^${type}`, message: rule, allowTypeImports: true }));
  return { files: [files], ignores, rules: { 'no-restricted-imports': ['error', { patterns: [others, ...values] }] } };
}

const depths = [0, 1, 2, 3];

const packageWalls = ({ folder, may, mayTypes = [], ...row }) =>
  depths.map((depth) =>
    wall({
      ...row,
      files: `packages/${folder}/src/${'*/'.repeat(depth)}*.ts`,
      depth,
      may: may.map(packageName),
      mayTypes: mayTypes.map(packageName),
    }),
  );

function stageWall({ folder, may, rule }, depth, file = `${'*/'.repeat(depth)}*.ts`) {
  const open = (name) => {
    const neighbour = `(?:\\.\\./){${depth + 1}}`;
    if (name === '*/') return `${neighbour}[a-z]+/`;
    if (name.endsWith('/')) return neighbour + escaped(name);
    if (name.endsWith('.ts')) return `${neighbour}${escaped(name)}$`;
    return packageName(name);
  };
  return wall({
    files: `packages/core/src/${folder}/${file}`,
    depth,
    rule,
    may: [...may, '@shootdown/explorer'].map(open),
  });
}

function roomWall({ folder, may = [], skips = [], rule }, file = '*.ts') {
  const above = rooms.slice(
    0,
    rooms.findIndex((room) => room.folder === folder),
  );
  const open = above.filter((room) => !skips.includes(room.folder)).map((room) => `\\.\\./${room.folder}/`);
  return wall({
    files: `packages/explorer/src/${folder}/${file}`,
    depth: 0,
    rule,
    may: [...open, ...may.map((name) => (name.startsWith('../') ? escaped(name) : packageName(name)))],
  });
}

const learned = rooms.find(({ folder }) => folder === 'learned');
const arch = stages.find(({ folder }) => folder === 'arch');

/** ESLint blocks; where two name one file the later one holds. */
export const walls = [
  ...packages.flatMap(packageWalls),
  ...rooms.map((room) => roomWall(room)),
  // The one arrow that runs back.
  roomWall({ ...learned, may: ['../symmetry/'] }, 'learned-model.ts'),
  ...stages.flatMap((stage) => depths.map((depth) => stageWall(stage, depth))),
  stageWall({ ...arch, may: [...arch.may, 'inversify'] }, 0, 'below.ts'),
  wall({
    files: 'packages/core/src/contract/hooks/*.ts',
    ignores: ['**/index.ts'],
    depth: 0,
    neighbours: 'closed',
    rule: 'A hook imports words and the files of contract beside hooks/: hooks do not import hooks.',
    may: ['\\.\\./\\.\\./words/', '\\.\\./[^./]+\\.ts$', packageName('@shootdown/explorer')],
  }),
  // the faces
  wall({
    files: 'packages/core/src/*.ts',
    depth: 0,
    rule: 'core knows no architecture and no command line; inversify appears in core/rig and arch/below.ts only.',
    may: ['@shootdown/explorer', '@shootdown/explorer/*', 'reflect-metadata', 'node:*'].map(packageName),
  }),
  {
    files: ['packages/*/src/**/*.ts'],
    // the command line loads a config by its path
    ignores: ['packages/cli/src/**'],
    rules: { 'no-restricted-syntax': ['error', ...sideDoors] },
  },
];
