import { defineConfig } from 'vitest/config';
import { KEEP_WRAPPERS } from './kernel/keep-wrappers.ts';

/** Tests that need a real server, client, kernel or browser; `.ci/run` installs what they drive. */
export default defineConfig({
  test: {
    include: ['**/*.real.test.ts'],
    exclude: ['**/node_modules/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    execArgv: [...KEEP_WRAPPERS],
    fileParallelism: false,
    // Only what fails waits so long: a browser beside a whole product on two processors takes its time.
    expect: { poll: { timeout: 30_000 } },
    setupFiles: ['./testkit/patience.ts'],
  },
});
