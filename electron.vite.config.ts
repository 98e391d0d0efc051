// How main, preload and renderer are built. scripts/lib/build.mjs is the caller; it sets
// SEALIFT_BUILD_DIR to a staging folder that then becomes dist/.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';
import { resolve } from 'node:path';

const root = import.meta.dirname;
const outDir = resolve(root, process.env.SEALIFT_BUILD_DIR ?? 'dist');

export default defineConfig({
  main: {
    build: {
      outDir: resolve(outDir, 'main'),
      // The oldest Node that main's code meets: the CLI's, and Electron 33's.
      target: 'node20',
      rolldownOptions: {
        input: {
          index: resolve(root, 'main/index.ts'),
          worker: resolve(root, 'main/worker/index.ts'),
          'armor-thread': resolve(root, 'main/seal/armor-thread.ts'),
          'deflate-thread': resolve(root, 'main/seal/deflate-thread.ts'),
          cli: resolve(root, 'main/cli/index.ts'),
        },
        output: { format: 'es' },
      },
    },
  },
  preload: {
    build: {
      outDir: resolve(outDir, 'preload'),
      target: 'node20',
      // A sandboxed preload may require nothing but electron: one CommonJS file holds the rest.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: resolve(root, 'main/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    plugins: [react()],
    build: {
      outDir: resolve(outDir, 'renderer'),
      target: 'chrome130',
      minify: true,
      // The CSP allows no data: URLs for fonts or styles; every asset is a file.
      assetsInlineLimit: 0,
      // The window reads it from the disk, at once or not at all: nothing is won by splitting.
      chunkSizeWarningLimit: 4000,
      rolldownOptions: { input: { index: resolve(root, 'renderer/index.html') } },
    },
  },
});
