/** Entry of the worker process of the benches: the rooms that the app's worker runs, in the same kind of process. */
import { unlockKey } from '../../../main/keys/openpgp-keys.ts';
import { openFile, sealFile } from '../../../main/seal/seal-file.ts';
import { partFiles, sealParts } from '../../../main/seal/seal-parts.ts';
import type { FromWorker, ToWorker, Work, WorkName } from './protocol.ts';

interface ParentPort {
  on(event: 'message', listener: (message: { data: ToWorker }) => void): void;
  postMessage(message: FromWorker): void;
}

const work: { readonly [N in WorkName]: (input: Work[N]) => Promise<unknown> } = {
  idle: () => Promise.resolve(),
  seal: (input) => sealFile({ ...input, overwrite: true }),
  'seal-parts': ({ limitBytes, outputPath, ...input }) =>
    sealParts({
      ...input,
      fileName: 'bench.csv',
      format: 'csv',
      output: partFiles(() => outputPath),
      limits: { sealedBytes: limitBytes, openedBytes: Infinity },
    }),
  open: async ({ privateArmored, passphrase, ...files }) => {
    const keys = [await unlockKey(privateArmored, passphrase)];
    return openFile({ ...files, keys, overwrite: true });
  },
};

const port = (process as unknown as { parentPort: ParentPort }).parentPort;

port.on('message', ({ data }) => void run(data));

async function run<N extends WorkName>({
  name,
  input,
}: {
  name: N;
  input: Work[N];
}): Promise<void> {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  let error: string | undefined;
  try {
    await work[name](input);
  } catch (fault) {
    error = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
  }
  const { user, system } = process.cpuUsage(cpuStart);
  port.postMessage({
    pid: process.pid,
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (user + system) / 1e6,
    ...(error !== undefined && { error }),
  });
}
