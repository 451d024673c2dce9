import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    // Tests that start programs or compile the project are bounded by those, not by the default of five seconds.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    chaiConfig: { truncateThreshold: 0 },
  },
})
