// @ts-check
// Prepares what is missing and opens the app; where there is no display, plays the same journey
// without a window.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureDebianPackages, windowPackages } from './lib/debian.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { ensureElectron } from './lib/electron.mjs';
import { main, root, say, ScriptError } from './lib/project.mjs';

await main(async () => {
  await ensureDependencies();
  if (!hasDisplay()) {
    say('there is no display here, so no window: running the demo instead (npm run demo)');
    return runToEnd(process.execPath, [join(root, 'scripts/demo.mjs')]);
  }
  const sandboxSwitches = chooseSandbox();
  await ensureDebianPackages(windowPackages, 'the window');
  const { executable } = await ensureElectron();
  await ensureBuilt();
  return runToEnd(executable, [...sandboxSwitches, root, ...process.argv.slice(2)]);
});

function hasDisplay() {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  return process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY);
}

/** Chromium's sandbox refuses to run as root; only the developer can decide to go without it. */
function chooseSandbox() {
  if (process.getuid?.() !== 0) return [];
  if (process.env.SEALIFT_DEV_NO_SANDBOX !== '1') {
    throw new ScriptError(
      "the window does not open as root: Chromium's sandbox refuses it. Start it as a normal user, " +
        'or, on a machine made for development only, set SEALIFT_DEV_NO_SANDBOX=1 to go without ' +
        'the sandbox. The CLI works as root: npm run -s sealift -- --help',
    );
  }
  say('the sandbox is off (SEALIFT_DEV_NO_SANDBOX=1)');
  return ['--no-sandbox'];
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<number>} its exit code
 */
async function runToEnd(command, args) {
  const child = spawn(command, args, { stdio: 'inherit' });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
