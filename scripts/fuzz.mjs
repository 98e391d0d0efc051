// @ts-check
// `npm run fuzz`: damaged and hostile inputs for each reader, without end in sight unless told:
// `npm run fuzz -- [target…] [--seconds N] [--seed N]`. See test/fuzz/program.ts.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDependencies } from './lib/dependencies.mjs';
import { main, root, run } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  // Within the project, where Node finds the packages: they are not bundled.
  const folder = join(root, 'artefacts', `fuzz-program-${process.pid}`);
  try {
    // Not at the top: packages may be installed only by then.
    const { build } = await import('vite');
    await build({
      configFile: false,
      logLevel: 'error',
      root,
      build: {
        ssr: join(root, 'test/fuzz/program.ts'),
        outDir: folder,
        emptyOutDir: false,
        minify: false,
        rollupOptions: { output: { entryFileNames: 'program.mjs' } },
      },
    });
    const args = [join(folder, 'program.mjs'), ...process.argv.slice(2)];
    return await run(process.execPath, args, { output: 'stdout' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
