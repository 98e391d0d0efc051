/** Puts the room of SDS together: its stores, tokens and limits, and the clearing up it needs. */
import type { DataDir } from '../data-dir.ts';
import { ConcurrencyLimit, RateLimit } from '../http/limits.ts';
import { Metrics } from '../http/metrics.ts';
import type { SdsDeps } from '../http/sds-guard.ts';
import { errorFields, log } from '../log.ts';
import type { ServerOptions } from '../options.ts';
import type { TargetPolicy } from '../outgoing/targets.ts';
import type { SdsStore } from '../store/index.ts';
import { startFiles } from './files.ts';
import { Tokens } from './tokens.ts';

const FORGET_REQUEST_IDS_MS = 60_000;

export async function startSds(
  options: ServerOptions,
  {
    dataDir,
    store,
    masterKey,
    targets,
  }: {
    readonly dataDir: DataDir;
    readonly store: SdsStore;
    readonly masterKey: Buffer;
    readonly targets: TargetPolicy;
  },
  onClose: (step: () => Promise<void>) => void,
): Promise<SdsDeps> {
  const timer = setInterval(() => {
    store.apps.forgetRequestIds().catch((error: unknown) => {
      log.warn('sds.request-ids-kept', errorFields(error));
    });
  }, FORGET_REQUEST_IDS_MS);
  onClose(async () => clearInterval(timer));
  const metrics = new Metrics();
  const files = await startFiles(
    { options: options.sds.files, dataDir, store, masterKey, targets, tally: metrics },
    onClose,
  );
  return {
    store,
    files,
    tokens: new Tokens(masterKey),
    rate: new RateLimit(options.sds.requestsPerSecond),
    concurrency: new ConcurrencyLimit(options.maxRequests),
    metrics,
    alwaysStrict: options.sds.alwaysStrict,
  };
}
