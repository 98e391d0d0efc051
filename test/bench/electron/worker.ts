/** Entry of the worker process of the benches: the rooms that the app's worker runs, in the same kind of process. */
import { randomBytes } from 'node:crypto';
import { connectSftp } from '../../../main/delivery/connect.ts';
import { pinPolicy } from '../../../main/delivery/known-hosts.ts';
import { LARGEST_WRITE_BYTES } from '../../../main/delivery/sftp-session.ts';
import type { UploadSource } from '../../../main/delivery/upload-source.ts';
import { uploadFile } from '../../../main/delivery/upload.ts';
import { checkSource, inspectSource } from '../../../main/jobs/check-source.ts';
import { PartJournal } from '../../../main/jobs/part-journal.ts';
import { discardSpool, PartSpool } from '../../../main/jobs/part-spool.ts';
import { sealToSpool } from '../../../main/jobs/seal-to-spool.ts';
import { runSend } from '../../../main/jobs/send-job.ts';
import type { SendContext } from '../../../main/jobs/send-job.ts';
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
  check: ({ plan }) => checkSource(plan, SILENT),
  'check-seal': async ({ plan }) => {
    const spool = await PartSpool.open(plan, 0);
    const journal = await PartJournal.open(plan);
    const hands = { spool, journal, context: SILENT };
    await sealToSpool(plan, await inspectSource(plan), hands);
    await discardSpool(plan);
  },
  send: sendMemory,
  deliver: ({ plan, secrets }) => runSend(plan, secrets, SILENT),
  open: async ({ privateArmored, passphrase, ...files }) => {
    const keys = [await unlockKey(privateArmored, passphrase)];
    return openFile({ ...files, keys, overwrite: true });
  },
};

const SILENT: SendContext = { onStep: () => undefined, onProgress: () => undefined };

async function sendMemory({ target, hostKey, secrets, bytes }: Work['send']): Promise<void> {
  if (!('sha256' in hostKey)) throw new Error('the host key must be pinned');
  const { directory, ...server } = target;
  const verifyHostKey = pinPolicy(hostKey);
  const session = await connectSftp({ ...server, ...secrets }, { verifyHostKey });
  const memory = randomBytes(LARGEST_WRITE_BYTES);
  let left = bytes;
  const source: UploadSource = {
    totalBytes: bytes,
    read: async (into) => {
      const length = memory.copy(into, 0, 0, Math.min(left, into.length));
      left -= length;
      return length;
    },
    close: async () => undefined,
  };
  try {
    const names = { finalName: 'memory', writtenAs: '.memory.sealift-part' };
    await uploadFile({
      session,
      directory,
      ...names,
      source,
      there: 'remove',
      verify: 'size',
      onAcknowledged: () => undefined,
    });
  } finally {
    session.close();
  }
}

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
