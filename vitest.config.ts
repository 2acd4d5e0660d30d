import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { KEEP_WRAPPERS } from './kernel/keep-wrappers.ts';

export default defineConfig({
  test: {
    include: [
      '{contracts,kernel,stages,decoys,enforcer,surface/api,surface/client,surface/guard,apps,examples,testkit,e2e,scripts}/**/*.test.ts',
      'surface/console/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/*.real.test.ts'],
    // Vitest leaves one processor free, which is half of a machine with two.
    execArgv: [...KEEP_WRAPPERS],
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Only what fails waits so long: CI runs this on two processors with others beside it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 30_000 } },
    setupFiles: ['./testkit/patience.ts'],
    coverage: {
      provider: 'v8',
      include: [
        '{contracts,kernel,stages,decoys,enforcer,surface/api,surface/client,surface/guard,apps,examples}/**/*.ts',
      ],
      exclude: ['**/*.test.ts', '**/*.bench.ts', '**/bench/**', 'apps/netsentinel/fault/**', '**/*.fuzz.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 80 },
    },
  },
});
