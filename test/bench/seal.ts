/** Sealing: our worker beside gpg and sq, to the same key, with and without compression. */
import { rm } from 'node:fs/promises';
import { chooseRecipient } from '../../main/keys/openpgp-keys.ts';
import { DEFAULT_COMPRESSION } from '../../main/seal/seal.ts';
import type { Compression } from '../../main/seal/seal.ts';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { timeCommand } from './command.ts';
import { compare } from './compare.ts';
import type { Contender } from './compare.ts';
import type { Stage } from './stage.ts';

export async function benchSeal(stage: Stage): Promise<void> {
  const inputPath = await stage.data();
  const plainBytes = await stage.sizeOf('bench.csv');
  const key = stage.peers.rsa;
  const recipient = await chooseRecipient(key.publicArmored);

  const contender = (
    name: string,
    run: (outputPath: string) => ReturnType<Contender['run']>,
    against?: string,
  ): Contender => ({
    name,
    ...(against !== undefined && { against }),
    run: async () => {
      const outputPath = stage.path('sealed.asc');
      await rm(outputPath, { force: true });
      return run(outputPath);
    },
    outputBytes: () => stage.sizeOf('sealed.asc'),
  });
  const gpg = (name: string, ...args: readonly string[]): Contender =>
    contender(name, (outputPath) =>
      stage.gpg(...args, '-r', key.email, '-o', outputPath, '-e', '-a', inputPath),
    );
  const ours = (name: string, compress: Compression, against: string): Contender =>
    contender(
      name,
      (outputPath) => stage.worker.run('seal', { inputPath, outputPath, recipient, compress }),
      against,
    );
  const cut = (name: string, compress: Compression, against: string): Contender => {
    const limitBytes = Math.max(LIMITS.sealedBytes, 2 * plainBytes);
    return contender(
      name,
      (outputPath) =>
        stage.worker.run('seal-parts', { inputPath, outputPath, recipient, compress, limitBytes }),
      against,
    );
  };
  const sqArgs = ['encrypt', '--recipient-cert', stage.peers.path(`${key.email}.public`)];
  await compare(
    [
      gpg('gpg -e -a'),
      ours('Sealift', DEFAULT_COMPRESSION, 'gpg -e -a'),
      cut('Sealift, cut at records', DEFAULT_COMPRESSION, 'gpg -e -a'),
      gpg('gpg -z0 -e -a', '-z0'),
      {
        ...contender('sq encrypt', (outputPath) =>
          timeCommand('sq', [...sqArgs, '--output', outputPath, inputPath]),
        ),
        isAside: true,
      },
      ours('Sealift, uncompressed', 'none', 'gpg -z0 -e -a'),
    ],
    plainBytes,
    stage.rounds,
  );
  await rm(stage.path('sealed.asc'), { force: true });
  const memory = { inputPath, outputPath: stage.path('sealed.asc'), recipient };
  const packed = await stage.freshWorker((worker) =>
    worker.runWithMemory('seal', { ...memory, compress: DEFAULT_COMPRESSION }),
  );
  const open = await stage.freshWorker((worker) =>
    worker.runWithMemory('seal', { ...memory, compress: 'none' }),
  );
  stage.tell(
    `memory over the idle worker: ${packed.toFixed(0)} MiB, ${open.toFixed(0)} MiB uncompressed`,
  );
}
