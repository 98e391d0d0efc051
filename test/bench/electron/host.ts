/** Electron's main process for the benches: no window, one worker process, and what is said between it and the bench. */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app, utilityProcess } from 'electron';
import { workerEnvironment } from '../../../main/worker/environment.ts';

const path = join(dirname(fileURLToPath(import.meta.url)), 'worker.js');
// Not awaited: Electron gets ready only when this module has been evaluated.
const forked = app.whenReady().then(() => {
  const worker = utilityProcess.fork(path, [], { env: workerEnvironment(process.env) });
  worker.on('message', (message) => process.send?.(message));
  worker.on('exit', () => app.exit(1));
  return worker;
});
process.on('message', (message) => void forked.then((worker) => worker.postMessage(message)));
process.on('disconnect', () => app.exit(0));
