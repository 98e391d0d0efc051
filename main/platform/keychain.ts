/**
 * Adapter of the operating system's keychain. The only user of `@napi-rs/keyring`, which it loads at
 * first use: a command that needs no secret works where there is no keychain at all.
 *
 * The package's keytar-compatible calls are not used: on Linux they fall back without a word to the
 * kernel's keyring, which forgets at reboot, and with it every private key of the profile would be lost.
 */
import { AppError } from '../../shared/errors/index.ts';

export interface Keychain {
  /** As the system calls it. */
  readonly name: string;
  /** @throws AppError KEYCHAIN_UNAVAILABLE, KEYCHAIN_LOCKED, as do the other calls */
  get(service: string, account: string): Promise<string | undefined>;
  set(service: string, account: string, value: string): Promise<void>;
  delete(service: string, account: string): Promise<void>;
}

/** Long enough for a user to type into the system's unlock prompt. */
const ANSWER_TIMEOUT_MS = 60_000;

const KEYCHAIN_NAMES: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Keychain',
  win32: 'Credential Manager',
};

export const systemKeychain: Keychain = {
  name: KEYCHAIN_NAMES[process.platform] ?? 'Secret Service',
  async get(service, account) {
    const value = await call(service, account, (entry) => entry.getPassword());
    return value ?? undefined;
  },
  async set(service, account, value) {
    await call(service, account, (entry) => entry.setPassword(value));
  },
  async delete(service, account) {
    await call(service, account, (entry) => entry.deletePassword());
  },
};

type Entry = import('@napi-rs/keyring').AsyncEntry;

async function call<T>(
  service: string,
  account: string,
  work: (entry: Entry) => Promise<T>,
): Promise<T> {
  try {
    const { AsyncEntry } = await import('@napi-rs/keyring');
    const entry = new AsyncEntry(service, account, { linux: { store: 'secret-service' } });
    return await answered(work(entry));
  } catch (error) {
    throw error instanceof AppError ? error : toAppError(error);
  }
}

async function answered<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = `no answer within ${ANSWER_TIMEOUT_MS / 1000} seconds`;
      reject(new AppError('KEYCHAIN_UNAVAILABLE', { reason }));
    }, ANSWER_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

/** The library tells its failures apart by their text only; that text names no secret, but is not ours to show. */
function toAppError(cause: unknown): AppError {
  const message = cause instanceof Error ? cause.message : '';
  if (/prompt was dismissed|is locked|interaction is not allowed/i.test(message)) {
    return new AppError('KEYCHAIN_LOCKED', {}, { cause });
  }
  const reason = /dbus/i.test(message)
    ? 'there is no desktop session (D-Bus) to reach it through'
    : /no result found|ServiceUnknown|not provided/i.test(message)
      ? 'no keychain program runs in this session'
      : 'it reported a failure';
  return new AppError('KEYCHAIN_UNAVAILABLE', { reason }, { cause });
}
