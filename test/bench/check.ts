/** Checking every row and sealing in one pass, beside gpg, which only seals. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { compare } from './compare.ts';
import type { Contender } from './compare.ts';
import { deliveryPlan } from './plan.ts';
import type { Stage } from './stage.ts';

export async function benchCheck(stage: Stage): Promise<void> {
  const data = await stage.data();
  const plainBytes = await stage.sizeOf('bench.csv');
  const key = stage.peers.rsa;
  const sealed = stage.path('sealed.asc');
  const plan = await deliveryPlan(stage);
  const ours = (name: string, work: 'check' | 'check-seal', against: string): Contender => ({
    name,
    against,
    run: () => stage.worker.run(work, { plan: { ...plan, jobId: randomUUID() } }),
  });
  const peer = 'gpg -e -a';
  await compare(
    [
      {
        name: peer,
        run: async () => {
          await rm(sealed, { force: true });
          return stage.gpg('-r', key.email, '-o', sealed, '-e', '-a', data);
        },
      },
      ours('Sealift, check and seal', 'check-seal', peer),
      ours('Sealift, check alone', 'check', peer),
    ],
    plainBytes,
    stage.rounds,
  );
  await rm(sealed, { force: true });
  const memory = await stage.freshWorker((worker) => worker.runWithMemory('check-seal', { plan }));
  stage.tell(`memory over the idle worker: ${memory.toFixed(0)} MiB`);
}
