import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = { target: process.env.DAYBOOK_PUBLIC_URL ?? 'http://127.0.0.1:8420', changeOrigin: false };

export default defineConfig({
  plugins: [react()],
  resolve: { conditions: ['@daybook/source', 'module', 'browser', 'development|production'] },
  build: { outDir: 'dist', target: 'es2023', sourcemap: false, assetsInlineLimit: 0 },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    // The gateway refuses what comes from another site; in development its own address is the one that people use.
    proxy: Object.fromEntries(
      ['/v1', '/api', '/docs', '/health'].map((path) => [
        path,
        { ...api, headers: { origin: api.target, 'sec-fetch-site': 'same-origin' } },
      ]),
    ),
  },
});
