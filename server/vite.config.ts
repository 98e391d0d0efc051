// How the bundled server is built: ES modules for Node, its packages left in node_modules
// (PGlite finds its WebAssembly beside its own files).
import { resolve } from 'node:path';
import { defineConfig } from 'vite';

const root = resolve(import.meta.dirname, '..');

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: resolve(root, process.env.SEALIFT_BUILD_DIR ?? 'dist', 'server'),
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    ssr: resolve(import.meta.dirname, 'index.ts'),
    // All in one folder: store/pglite.ts finds the prepared database beside itself.
    rollupOptions: { output: { chunkFileNames: '[name].js' } },
  },
});
