import js from '@eslint/js';
import shootdown from 'shootdown-eslint-plugin';
import { walls } from 'shootdown-eslint-plugin/walls';
import tseslint from 'typescript-eslint';

// A fixture is a mistake, or code that has nothing to do.
const fixtures = ['packages/*/test/fixture/**', 'tools/*/test/fixture/**'];

const typescript = [
  'packages/*/src/**/*.{ts,tsx}',
  'packages/*/test/**/*.ts',
  'tools/*/test/**/*.ts',
  'packages/*/examples/**/*.ts',
  'examples/src/**/*.ts',
  'examples/test/**/*.ts',
];

export default [
  { ignores: ['**/dist/**', '.cache/**', 'coverage/**', 'site/**', ...fixtures] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...tseslint.configs.recommendedTypeChecked.map((block) => ({ ...block, files: typescript })),
  {
    files: typescript,
    languageOptions: {
      parserOptions: {
        project: ['packages/*/tsconfig.json', 'examples/tsconfig.json', 'tsconfig.test.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    plugins: { shootdown },
    rules: {
      'shootdown/no-floating-generator': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // a hook that ignores a parameter names it all the same: the signature is the kernel's
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // off: meanings, handlers and services are records of functions that are written as methods and never use `this`
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Counted without comments and empty lines. eslint-suppressions.json lists what was longer when the limit came: the list only
    // shrinks, and lint says which entry is no longer needed. A describe() of a test is a list of cases and may be long.
    files: ['packages/*/src/**/*.{ts,tsx}', 'examples/src/**/*.ts', '**/*.mjs'],
    rules: { 'max-lines-per-function': ['error', { max: 70, skipComments: true, skipBlankLines: true }] },
  },
  {
    files: ['packages/*/test/**/*.ts', 'tools/*/test/**/*.ts', 'examples/test/**/*.ts'],
    rules: {
      // off: a stand-in keeps the promise of what it stands for and has nothing to wait for
      '@typescript-eslint/require-await': 'off',
      // off: tests of the instrumentation run text that they wrote themselves
      '@typescript-eslint/no-implied-eval': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
    },
  },
  {
    files: ['**/*.mjs'],
    ...js.configs.recommended,
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'Buffer', 'performance', 'setTimeout', 'clearTimeout'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  {
    // of the many kinds of a syntax node a pass names those it treats apart
    files: ['packages/*/src/instrument/**/*.ts'],
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
