// Where tests lie and how long one may take; speed is measured in benches, so the limits here only catch hangs.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'testbed/**/*.test.ts', 'web/src/**/*.test.ts'],
    globalSetup: ['test/console/sync.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
  },
});
