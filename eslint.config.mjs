import shootdown from 'shootdown-eslint-plugin';
import { walls } from 'shootdown-eslint-plugin/walls';
import tseslint from 'typescript-eslint';

export default [
  { ignores: ['**/dist/**', '.cache/**', 'coverage/**', 'tools/*/test/fixture/**', '**/*.mjs'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: [
      'packages/*/src/**/*.ts',
      'packages/*/test/**/*.ts',
      'tools/*/test/**/*.ts',
      'examples/src/**/*.ts',
      'examples/test/**/*.ts',
    ],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: {
        project: ['packages/*/tsconfig.json', 'examples/tsconfig.json', 'tsconfig.test.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { '@typescript-eslint': tseslint.plugin, shootdown },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'shootdown/no-floating-generator': 'error',
    },
  },
  {
    // of the many kinds of a syntax node a pass names those it treats apart
    files: ['packages/explorer/src/instrument/**/*.ts'],
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    // code that the explorer runs
    files: [
      'packages/core/src/{kernel,arch,contract}/**/*.ts',
      'packages/arch-*/src/**/*.ts',
      'packages/workloads/src/**/*.ts',
    ],
    rules: {
      'shootdown/no-iterator-across-yield': 'error',
      'shootdown/no-yield-in-expression': 'error',
      'shootdown/no-state-outside-cells': 'error',
    },
  },
  ...walls,
];
