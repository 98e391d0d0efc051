// @ts-check
// Packages the app with the Electron that it was tested in: `npm run package` makes a folder,
// `npm run package -- deb` an installer. The result is in release/.
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureElectron } from './lib/electron.mjs';
import { main, root, run } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  const { folder, version } = await ensureElectron();
  await ensureBuilt();
  const [target = 'dir'] = process.argv.slice(2);
  return run(process.execPath, [
    join(root, 'node_modules/electron-builder/cli.js'),
    ...['--linux', target, '--publish', 'never'],
    `-c.electronDist=${folder}`,
    `-c.electronVersion=${version}`,
  ]);
});
