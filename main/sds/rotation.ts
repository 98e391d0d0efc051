/**
 * Gives an app another key. The new key is on the disk before the service hears of it, and the old one stays until
 * the service has said that it has the new one: whatever breaks off in between, one of the two signs.
 */
import { AppError } from '../../shared/errors/index.ts';
import type { AppKeyBits } from '../../shared/domain/vault.ts';
import { makeAppKey } from './app-key.ts';
import type { KeyRef, SdsAppStore, StoredApp } from './app-store.ts';
import { SdsClient } from './client.ts';
import type { SdsService } from './service.ts';

/** How many archived keys are tried when neither of the others is the service's. */
const ARCHIVED_TRIED = 3;

/**
 * @returns the app with its new key
 * @throws AppError SDS_APP_ID_NEEDED; SDS_ROTATION_UNSETTLED when it is not known which key the service has; and
 *   what the service refuses: then the app keeps its key
 */
export async function rotateKey(
  store: SdsAppStore,
  service: SdsService,
  id: string,
  bits: AppKeyBits,
): Promise<StoredApp> {
  const before = await settleKey(store, service, id);
  const { name, appId, current } = before;
  if (appId === undefined) throw new AppError('SDS_APP_ID_NEEDED', { name });
  const client = new SdsClient(service, { name, privateKey: await store.privateKey(current) });
  const newKey = await makeAppKey(bits);
  const pending = await store.keep(newKey);
  await store.change(id, (app) => ({ ...app, pending }));
  try {
    await client.putKey(appId, newKey, pending.publicKey);
  } catch (error) {
    if (isRefusal(error)) {
      await store.change(id, dropPending);
      throw error;
    }
    return settleAfterFailure(store, service, id, { pending, error });
  }
  return store.change(id, (app) => promote(app, pending));
}

/**
 * Finds out which key the service has, and makes it the current one. Without a rotation that broke off, and with an
 * app whose id is not known, there is nothing to find out.
 *
 * @throws AppError SDS_SIGNATURE_REFUSED when it has none of the keys here, SDS_APP_OTHER_KEY, and the ways in which
 *   the service cannot be asked
 */
export async function settleKey(
  store: SdsAppStore,
  service: SdsService,
  id: string,
): Promise<StoredApp> {
  const app = await store.get(id);
  if (!app.pending) return app;
  return findKey(store, service, app);
}

/** Asks the service even where no rotation is open: a key may have been replaced from another machine's copy. */
export async function findKey(
  store: SdsAppStore,
  service: SdsService,
  app: StoredApp,
): Promise<StoredApp> {
  const { id, name, appId, current, pending, archived } = app;
  if (appId === undefined) throw new AppError('SDS_APP_ID_NEEDED', { name });
  const candidates = [current, ...(pending ? [pending] : []), ...archived.slice(0, ARCHIVED_TRIED)];
  let refused: unknown;
  for (const ref of candidates) {
    const client = new SdsClient(service, { name, privateKey: await store.privateKey(ref) });
    try {
      const found = await client.app(appId);
      if (found.name !== name || found.key !== ref.publicKey) {
        throw new AppError('SDS_APP_OTHER_KEY', { name });
      }
      return await store.change(id, (one) => promote(one, ref));
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'SDS_SIGNATURE_REFUSED') throw error;
      refused ??= error;
    }
  }
  throw refused;
}

async function settleAfterFailure(
  store: SdsAppStore,
  service: SdsService,
  id: string,
  { pending, error }: { pending: KeyRef; error: unknown },
): Promise<StoredApp> {
  const { name } = await store.get(id);
  const settled = await settleKey(store, service, id).catch((cause: unknown) => {
    throw new AppError('SDS_ROTATION_UNSETTLED', { name }, { cause });
  });
  if (settled.current.keyId === pending.keyId) return settled;
  throw error;
}

/** Refused before anything was changed: neither the network's failure nor the service's own. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof AppError)) return false;
  const status = Number(error.params['status'] ?? 0);
  return status >= 400 && status < 500;
}

/** The key that the service has becomes the current one; the others are archived, none is thrown away. */
function promote(app: StoredApp, current: KeyRef): StoredApp {
  const { pending, ...rest } = app;
  const others = [app.current, ...(pending ? [pending] : []), ...app.archived];
  return {
    ...rest,
    isRegistered: true,
    current,
    archived: others.filter(({ keyId }) => keyId !== current.keyId),
  };
}

/** The service never had it, and nothing was sealed to it; archived all the same, since keys cost little. */
function dropPending(app: StoredApp): StoredApp {
  return promote(app, app.current);
}
