import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      '{contracts,kernel,stages,decoys,enforcer,surface/api,surface/guard,apps,examples,testkit,e2e,scripts}/**/*.test.ts',
      'surface/console/**/*.test.ts',
    ],
    exclude: ['**/node_modules/**', '**/*.real.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: {
      provider: 'v8',
      include: ['{contracts,kernel,stages,decoys,enforcer,surface/api,surface/guard,apps,examples}/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.bench.ts', '**/bench/**', 'apps/netsentinel/fault/**', '**/*.fuzz.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 80 },
    },
  },
});
