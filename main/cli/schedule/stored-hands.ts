/** How the command line delivers the files of the profile's schedules: over their connections, to their key sets. */
import { AppError } from '../../../shared/errors/index.ts';
import { requirePinned } from '../../delivery/connection-store.ts';
import { ReceiptStore } from '../../jobs/receipt-store.ts';
import { chooseRecipient } from '../../keys/openpgp-keys.ts';
import { MappingMemory } from '../../manifest/mapping-memory.ts';
import { MappingTemplates } from '../../manifest/mapping-templates.ts';
import { openProfile } from '../../platform/profile.ts';
import { SettingsStore } from '../../platform/settings-store.ts';
import type { FileHands } from '../../schedules/run-file.ts';
import type { StoredSchedule } from '../../schedules/schedule-store.ts';
import { scheduledManifest } from '../../schedules/scheduled-manifest.ts';
import { CLI_BACK_OFF } from '../../jobs/back-off.ts';
import type { CliContext } from '../outcome.ts';
import { openKeyStore, quietSecrets } from '../profile-keys.ts';
import type { ProfileOptions } from '../profile-keys.ts';
import { openConnections, openLogin } from '../send/resumed-login.ts';
import type { ResumeOptions } from '../send/resumed-login.ts';
import type { SendOptions } from '../send/options.ts';
import { fileHands } from './file-hands.ts';

export async function scheduleHands(
  context: CliContext,
  options: ResumeOptions,
): Promise<{ receipts: ReceiptStore; handsOf: (schedule: StoredSchedule) => FileHands }> {
  const profileDir = await openProfile();
  const profileSecrets = await quietSecrets(context, options);
  const sources = {
    memory: new MappingMemory(profileDir),
    templates: new MappingTemplates(profileDir),
  };
  /** Looked up for each file: what a schedule names may have changed since the last. */
  const open = async ({ delivery }: StoredSchedule): Promise<FileHands> => {
    const { connectionId, fingerprint, acceptRejected, convert } = delivery;
    const connections = await openConnections(context, options);
    const { hostKey, host, port, username, directory, habits } = requirePinned(
      await connections.get(connectionId),
    );
    const keys = await openKeyStore(context, options);
    const login = { kind: 'connection', id: connectionId } as const;
    const { maxSealedBytes, uploadBytesPerSecond } = await new SettingsStore(profileDir).get();
    const sendOptions: SendOptions = {
      ...{ to: '', recipient: fingerprint, acceptRejected, convert },
      ...{ compress: 'auto', maxSealedBytes, verify: habits.verify },
      ...{ retries: CLI_BACK_OFF.mostRetries, limitRate: uploadBytesPerSecond },
      ...{ directNames: habits.finalNames === 'direct' },
      ...{ connectTimeout: habits.timeoutSeconds, keepAlive: habits.keepAliveSeconds },
    };
    const sending = {
      ...{ context, options: sendOptions, target: { host, port, username, directory } },
      recipient: await chooseRecipient(await keys.publicArmored(fingerprint)),
      ...{ login, secrets: await openLogin(context, login, options) },
      ...{ hostKey, profileSecrets },
    };
    return fileHands(sending, (_path, facts, dataName) =>
      scheduledManifest(delivery, facts, dataName, sources),
    );
  };
  return {
    receipts: new ReceiptStore(profileDir),
    handsOf: (schedule) => {
      let opened: Promise<FileHands> | undefined;
      const hands = () => (opened ??= open(schedule));
      return {
        deliver: async (path, signal) => (await hands()).deliver(path, signal),
        saveFailedRows: async (path, output) => (await hands()).saveFailedRows(path, output),
      };
    },
  };
}

/** Asks nobody. A profile without protection holds nothing that could be locked. */
export async function isLocked(context: CliContext, options: ProfileOptions): Promise<boolean> {
  const secrets = await quietSecrets(context, options);
  if (!secrets) return false;
  return secrets().then(
    () => false,
    (error: unknown) => {
      if (error instanceof AppError) return true;
      throw error;
    },
  );
}
