/** Sending: our worker from memory beside `sftp put`, on loopback and over a longer line; then all of a delivery. */
import { randomBytes, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { compare } from './compare.ts';
import type { Contender } from './compare.ts';
import { Line } from './line.ts';
import { deliveryPlan } from './plan.ts';
import type { Stage } from './stage.ts';

const MIB = 1024 * 1024;
const ROUND_TRIP_MS = 50;

export async function benchSend(stage: Stage): Promise<void> {
  const bytes = stage.mib * MIB;
  await writeNoise(stage.path('noise'), stage.mib);
  const line = await Line.open(stage);
  const { secrets, hostKey } = line;
  const pair = async (name: string, roundTripMs: number): Promise<Contender[]> => {
    const target = await line.target(roundTripMs);
    const peer = `sftp put${name}`;
    const run = async (work: () => ReturnType<Contender['run']>) => {
      await line.clear();
      return work();
    };
    return [
      { name: peer, run: () => run(() => line.put('noise', target)) },
      {
        name: `Sealift${name}`,
        against: peer,
        run: () => run(() => stage.worker.run('send', { target, secrets, hostKey, bytes })),
      },
    ];
  };
  try {
    const far = `, ${ROUND_TRIP_MS} ms`;
    await compare(
      [...(await pair('', 0)), ...(await pair(far, ROUND_TRIP_MS))],
      bytes,
      stage.rounds,
    );
  } finally {
    await line.close();
    await rm(stage.path('noise'), { force: true });
  }
}

/** What gpg and sftp do one after the other, and we at the same time, with the check of every row besides. */
export async function benchOverlap(stage: Stage): Promise<void> {
  const data = await stage.data();
  const plainBytes = await stage.sizeOf('bench.csv');
  const line = await Line.open(stage);
  const target = await line.target();
  const { secrets, hostKey } = line;
  const key = stage.peers.rsa;
  const plan = await deliveryPlan(stage, { target, hostKey });
  const sealed = stage.path('bench.csv.asc');
  const peer = 'gpg -e -a, then sftp put';
  try {
    await compare(
      [
        {
          name: peer,
          run: async () => {
            await line.clear();
            const sealing = await stage.gpg('-r', key.email, '-o', sealed, '-e', '-a', data);
            const sending = await line.put('bench.csv.asc', target);
            return {
              seconds: sealing.seconds + sending.seconds,
              cpuSeconds: sealing.cpuSeconds + sending.cpuSeconds,
            };
          },
          outputBytes: () => stage.sizeOf('received/bench.csv.asc'),
        },
        {
          name: 'Sealift, check, seal and send',
          against: peer,
          run: async () => {
            await line.clear();
            await rm(sealed, { force: true });
            return stage.worker.run('deliver', { plan: { ...plan, jobId: randomUUID() }, secrets });
          },
          outputBytes: () => stage.sizeOf('received/bench.csv.asc'),
        },
      ],
      plainBytes,
      stage.rounds,
    );
    await line.clear();
    const memory = await stage.freshWorker((worker) =>
      worker.runWithMemory('deliver', { plan: { ...plan, jobId: randomUUID() }, secrets }),
    );
    stage.tell(`memory over the idle worker: ${memory.toFixed(0)} MiB`);
  } finally {
    await line.close();
    await rm(sealed, { force: true });
  }
}

/** Sealed data does not compress, and neither does this. */
async function writeNoise(path: string, mib: number): Promise<void> {
  const file = await open(path, 'w');
  for (let i = 0; i < mib; i += 1) await file.write(randomBytes(MIB));
  await file.close();
}
