/** Bundles a TypeScript program of the tests, so that plain Node can run it as a process of its own. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** @returns path of the bundle, in `folder` */
export async function bundle(entry: URL, folder: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: fileURLToPath(entry),
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { entryFileNames: 'program.mjs' } },
    },
  });
  return `${folder}/program.mjs`;
}
