/** Native ESM: jest has to run in `node --experimental-vm-modules`, as `npm test` does. */

// The engine checks its own invariants in tests (packages/explorer/src/store/assert.ts).
process.env.SHOOTDOWN_ASSERT ??= '1';

export default {
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/tools/*/test/**/*.test.ts',
    '<rootDir>/examples/test/**/*.test.ts',
    '<rootDir>/judges/test/**/*.test.ts',
  ],
  extensionsToTreatAsEsm: ['.ts'],
  // Types are stripped and generators instrumented, as in built code.
  transform: { '^.+\\.ts$': '<rootDir>/build/jest-transform.mjs' },
  // Not `import`, `require` or `default`: jest adds the right one for each importer.
  testEnvironmentOptions: { customExportConditions: ['@shootdown/source', 'node', 'node-addons'] },
  cacheDirectory: '<rootDir>/.cache/jest',
  maxWorkers: 2,
  // Nothing is timed: the limit is for tests that hang.
  testTimeout: 60_000,
};
