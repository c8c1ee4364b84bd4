/** The files of a new architecture. */
import type { ArchSpec } from '@shootdown/core';
import { hooksText, REQUIRED } from './hooks-text.ts';
import { mmuText, type Shootdown } from './machine-text.ts';
import { classOf, constantOf } from './names.ts';

/** What a new architecture is made from. */
export interface NewArch {
  readonly name: string;
  readonly like: ArchSpec;
  readonly shootdown: Shootdown;
  /** From its folder to the top of the workspace: `../..`. */
  readonly up: string;
}

export const packageName = (name: string): string => `@shootdown/arch-${name}`;

/** Text by path in the folder of the package. */
export function archFiles({ name, like, shootdown, up }: NewArch): Map<string, string> {
  return new Map([
    ['package.json', packageText(name)],
    ['tsconfig.json', tsconfigText(up)],
    ['src/index.ts', indexText(name, like, shootdown)],
    ['src/mmu.ts', mmuText(name, like, shootdown)],
    [`src/${name}.ts`, hooksText(name, like.id, shootdown)],
    ['test/conformance.test.ts', TEST],
    ['README.md', readmeText(name, like)],
  ]);
}

const packageText = (name: string): string => {
  const built = { types: './types/index.d.ts', default: './dist/index.js' };
  return `${JSON.stringify(
    {
      name: packageName(name),
      version: '0.1.0',
      description: `${name} as Linux drives it.`,
      license: 'MIT',
      type: 'module',
      engines: { node: '>=20.19' },
      files: ['dist', 'types', '!dist/stamp.json', '!types/.tsbuildinfo'],
      exports: { '.': { '@shootdown/source': './src/index.ts', ...built } },
      shootdown: { archs: [name] },
      publishConfig: { access: 'public', exports: { '.': built } },
      dependencies: { '@shootdown/core': 'workspace:*' },
      devDependencies: { '@shootdown/conformance': 'workspace:*' },
    },
    undefined,
    2,
  )}\n`;
};

const tsconfigText = (up: string): string => `{
  "extends": "${up}/tsconfig.base.json",
  "compilerOptions": {
    "rootDir": "src",
    "outDir": "types",
    "tsBuildInfoFile": "types/.tsbuildinfo"
  },
  "include": ["src"],
  "references": [
    {
      "path": "${up}/packages/core"
    }
  ]
}
`;

const WHAT: Readonly<Record<Shootdown, string>> = {
  ipi: 'A flush interrupts every CPU that has used the address space, and waits for all of them.',
  broadcast: 'A flush is broadcast by hardware, and waits until every CPU has done it. Nobody is interrupted.',
};

const indexText = (name: string, like: ArchSpec, shootdown: Shootdown): string => `/** ${name} as Linux drives it. */
import { arch } from '@shootdown/core/plugin';
import { ${constantOf(name)}Machine } from './mmu.ts';
import { ${classOf(name)} } from './${name}.ts';

export default arch({
  id: '${name}',
  title: '${name}, begun like ${like.id}',
  what: '${WHAT[shootdown]}',
  layers: [${classOf(name)}],
  machine: ${constantOf(name)}Machine,
});
`;

const TEST = `/** What every architecture must pass. */
import { describeArch } from '@shootdown/conformance';
import arch from '../src/index.ts';

describeArch(arch);
`;

const readmeText = (name: string, like: ArchSpec): string => `# ${packageName(name)}

${name} as Linux drives it, begun as a copy of what ${like.id} does in the ${REQUIRED.length} hooks that the kernel has no body for.

Read by: \`shootdown.config.mjs\`. Imports \`@shootdown/core/plugin\` only.

## Contents

| file | what |
|---|---|
| \`src/index.ts\` | the architecture: its layer and its machine |
| \`src/mmu.ts\` | the machine in numbers and choices |
| \`src/${name}.ts\` | the hooks |

## What it is not

- Not yet ${name}: every \`TODO\` in \`src/${name}.ts\`, and the geometry and options in \`src/mmu.ts\`, are still to be checked.
`;
