/** A delivery of the bench's rows, as the app would plan it. */
import { randomUUID } from 'node:crypto';
import type { SendPlan } from '../../main/jobs/send-job.ts';
import { chooseRecipient } from '../../main/keys/openpgp-keys.ts';
import { LIMITS } from '../../shared/domain/manifest.ts';
import type { Stage } from './stage.ts';

/** Where nothing is sent. */
const NOWHERE = {
  target: { host: '127.0.0.1', port: 1, username: 'nobody', directory: '' },
  hostKey: { type: 'ssh-ed25519', sha256: 'SHA256:' },
};

/** One part, whatever the bench's size. */
export async function deliveryPlan(
  stage: Stage,
  where: Pick<SendPlan, 'target' | 'hostKey'> = NOWHERE,
): Promise<SendPlan> {
  const dataName = 'bench.csv.asc';
  return {
    ...where,
    jobId: randomUUID(),
    sourcePath: await stage.data(),
    sourceName: 'bench.csv',
    manifestText: JSON.stringify({
      fileName: dataName,
      type: 'event',
      clientEmail: 'data@example.com',
      keyId: randomUUID(),
      columns: {
        ts: { dataType: 'LONG' },
        price: { dataType: 'FLOAT' },
        quantity: { dataType: 'INTEGER' },
      },
    }),
    dataName,
    manifestName: 'bench.csv.manifest',
    recipient: await chooseRecipient(stage.peers.rsa.publicArmored),
    overwrite: false,
    acceptRejected: false,
    convert: false,
    compress: 'auto',
    verify: 'size',
    finalNames: 'rename',
    maxSealedBytes: Math.max(LIMITS.sealedBytes, 2 * stage.mib * 1024 * 1024),
    spoolDir: stage.path('spool'),
    journalDir: stage.path('deliveries'),
  };
}
