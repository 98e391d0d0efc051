/** How many parts a file will probably go in, told before it is sealed from a few samples of it. */
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { LIMITS } from '../../shared/domain/manifest.ts';
import { armoredBytes } from '../seal/armor.ts';
import { QUICK_LEVEL } from './link-level.ts';
import type { SendPlan } from './send-plan.ts';

const SAMPLES = 8;
const SAMPLE_BYTES = 128 * 1024;
const deflate = promisify(deflateRaw);

/** @returns 1 for a file that cannot be read: that is told when it is */
export async function estimateParts(
  plan: Pick<SendPlan, 'sourcePath' | 'compress' | 'maxSealedBytes'>,
): Promise<number> {
  const { sourcePath, compress, maxSealedBytes } = plan;
  const level = compress === 'auto' ? QUICK_LEVEL : compress;
  const file = await open(sourcePath, 'r').catch(() => undefined);
  if (!file) return 1;
  try {
    const { size } = await file.stat();
    // What fits uncompressed needs no look.
    if (armoredBytes(size) < maxSealedBytes) return 1;
    let sampleBytes = 0;
    let packedBytes = 0;
    for (let index = 0; index < SAMPLES; index += 1) {
      const position = Math.floor((index * Math.max(0, size - SAMPLE_BYTES)) / (SAMPLES - 1));
      const { bytesRead, buffer } = await file.read(
        Buffer.alloc(SAMPLE_BYTES),
        0,
        SAMPLE_BYTES,
        position,
      );
      const sample = buffer.subarray(0, bytesRead);
      sampleBytes += bytesRead;
      packedBytes += level === 'none' ? bytesRead : (await deflate(sample, { level })).length;
    }
    const ratio = packedBytes / Math.max(1, sampleBytes);
    const bySealed = armoredBytes(size * ratio) / maxSealedBytes;
    return Math.max(1, Math.ceil(bySealed), Math.ceil(size / LIMITS.openedBytes));
  } catch {
    return 1;
  } finally {
    await file.close();
  }
}
