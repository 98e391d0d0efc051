/** Opening: our worker beside gpg and sq, the same messages, compressed and not. */
import { rm } from 'node:fs/promises';
import { chooseRecipient } from '../../main/keys/openpgp-keys.ts';
import { DEFAULT_COMPRESSION } from '../../main/seal/seal.ts';
import type { Compression } from '../../main/seal/seal.ts';
import { PASSPHRASE } from '../unit/keys/test-keys.ts';
import { timeCommand } from './command.ts';
import { compare } from './compare.ts';
import type { Contender } from './compare.ts';
import type { Stage } from './stage.ts';

export async function benchOpen(stage: Stage): Promise<void> {
  const data = await stage.data();
  const plainBytes = await stage.sizeOf('bench.csv');
  const key = stage.peers.rsa;
  const recipient = await chooseRecipient(key.publicArmored);
  const secrets = { privateArmored: key.privateArmored, passphrase: PASSPHRASE };
  const outputPath = stage.path('opened.csv');
  const sealOurs = (name: string, compress: Compression): Promise<unknown> =>
    stage.worker.run('seal', {
      inputPath: data,
      outputPath: stage.path(name),
      recipient,
      compress,
    });
  await sealOurs('compressed.asc', DEFAULT_COMPRESSION);
  await sealOurs('plain.asc', 'none');

  const contender = (name: string, run: Contender['run'], against?: string): Contender => ({
    name,
    ...(against !== undefined && { against }),
    run: async () => {
      await rm(outputPath, { force: true });
      return run();
    },
    outputBytes: () => stage.sizeOf('opened.csv'),
  });
  const all = (kind: string, message: string): readonly Contender[] => {
    const inputPath = stage.path(message);
    const sqArgs = ['decrypt', '--recipient-key', stage.peers.path(`${key.email}.open`)];
    const gpg = `gpg -d${kind}`;
    return [
      contender(gpg, () => stage.gpg('-o', outputPath, '-d', inputPath)),
      {
        ...contender(`sq decrypt${kind}`, () =>
          timeCommand('sq', [...sqArgs, '--output', outputPath, inputPath]),
        ),
        isAside: true,
      },
      contender(
        `Sealift${kind}`,
        () => stage.worker.run('open', { inputPath, outputPath, ...secrets }),
        gpg,
      ),
    ];
  };
  await compare(
    [...all('', 'compressed.asc'), ...all(', uncompressed', 'plain.asc')],
    plainBytes,
    stage.rounds,
  );
  const input = { inputPath: stage.path('compressed.asc'), outputPath, ...secrets };
  const memory = await stage.freshWorker((worker) => worker.runWithMemory('open', input));
  stage.tell(`memory over the idle worker: ${memory.toFixed(0)} MiB`);
}
