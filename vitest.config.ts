import { defineConfig } from 'vitest/config';

// One config for every tier: the tier is the file's suffix (.unit, .int, .e2e).
export default defineConfig({
  resolve: { conditions: ['@daybook/source'] },
  ssr: { resolve: { conditions: ['@daybook/source'] } },
  test: {
    include: ['{libs,services,scripts,deploy}/**/*.{unit,int,e2e}.spec.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // A platform of nine processes takes its time to start on two cores.
    testTimeout: process.env.DAYBOOK_SHAPE === 'platform' ? 240_000 : 90_000,
    hookTimeout: 240_000,
    maxWorkers: 2,
  },
});
