// @ts-check
// What `electron <folder>` runs where Electron came without its own default app: it takes the place
// of that folder's app. It awaits the import, so that the app's first lines run before `ready`.
import { app } from 'electron';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!folder) {
  process.stderr.write('usage: electron [switches] <app folder> [arguments]\n');
  process.exit(2);
}

const appPath = resolve(folder);
const manifest = JSON.parse(readFileSync(resolve(appPath, 'package.json'), 'utf8'));
// Two calls that Electron makes for its own default app and leaves out of its types.
const untypedApp = /** @type {any} */ (app);
untypedApp.setAppPath(appPath);
untypedApp.setVersion(manifest.version);
app.setName(manifest.productName ?? manifest.name);
app.setPath('userData', resolve(app.getPath('appData'), app.getName()));
await import(pathToFileURL(resolve(appPath, manifest.main)).href);
