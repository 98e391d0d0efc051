/** A connection as it is being written down, and what it lacks. Pure; secrets stay in their fields. */
import type { FileRef, Input } from '../../../shared/contract/api.ts';
import {
  DEFAULT_HABITS,
  HABIT_SECONDS,
  type Connection,
  type ConnectionHabits,
} from '../../../shared/domain/connection.ts';
import { MOST_JUMPS, jumpsText, readJumps } from '../../../shared/domain/jump-hosts.ts';

export type IdentityDraft =
  | { readonly kind: 'keep' }
  | { readonly kind: 'file'; readonly file?: FileRef | undefined }
  | { readonly kind: 'stored'; readonly sha256?: string | undefined }
  | { readonly kind: 'agent'; readonly sha256?: string | undefined }
  | { readonly kind: 'password' };

export interface ConnectionDraft {
  readonly name: string;
  readonly host: string;
  readonly port: string;
  readonly username: string;
  readonly directory: string;
  readonly identity: IdentityDraft;
  readonly allowsPassword: boolean;
  /** As `ssh -J` takes them. */
  readonly jumps: string;
  readonly verify: ConnectionHabits['verify'];
  readonly finalNames: ConnectionHabits['finalNames'];
  readonly timeoutSeconds: string;
  readonly keepAliveSeconds: string;
  readonly consoleUrl: string;
  readonly consoleAccount: string;
}

export function draftOf(connection: Connection | undefined): ConnectionDraft {
  const habits = connection?.habits ?? DEFAULT_HABITS;
  return {
    name: connection?.name ?? '',
    host: connection?.host ?? '',
    port: String(connection?.port ?? 22),
    username: connection?.username ?? '',
    directory: connection?.directory ?? '',
    identity: connection === undefined ? { kind: 'stored' } : { kind: 'keep' },
    allowsPassword: connection?.allowsPassword ?? false,
    jumps: jumpsText(connection?.jumps ?? []),
    verify: habits.verify,
    finalNames: habits.finalNames,
    timeoutSeconds: String(habits.timeoutSeconds),
    keepAliveSeconds: String(habits.keepAliveSeconds),
    consoleUrl: connection?.console?.url ?? '',
    consoleAccount: connection?.console?.account ?? '',
  };
}

/**
 * The call's input without its secrets, or the sentence that says what is missing.
 * A console is sent as soon as its address is given.
 */
export function inputOf(
  draft: ConnectionDraft,
  id: string | undefined,
): { readonly input: Input<'connections.save'> } | { readonly missing: string } {
  const identity = identityOf(draft.identity);
  if (identity === undefined) return { missing: 'Choose or make the SSH key for the login.' };
  const port = Number(draft.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    return { missing: 'The port is a number from 1 to 65535; SSH’s own is 22.' };
  }
  const host = draft.host.trim();
  const username = draft.username.trim();
  if (host === '' || username === '') return { missing: 'Give the host and the user name.' };
  const jumps = readJumps(draft.jumps, username);
  if (jumps === undefined) {
    return {
      missing: `Jump hosts are written as user@host:port, several with commas, at most ${MOST_JUMPS}.`,
    };
  }
  const habits = habitsOf(draft);
  if (habits === undefined) {
    const { least, most } = HABIT_SECONDS;
    return { missing: `Times of a connection are ${least} to ${most} whole seconds.` };
  }
  const url = draft.consoleUrl.trim();
  if (url !== '' && !URL.canParse(url)) {
    return { missing: 'The console address is a web address such as https://console.example.com.' };
  }
  return {
    input: {
      ...(id === undefined ? {} : { id }),
      name: draft.name.trim() === '' ? host : draft.name.trim(),
      host,
      port,
      username,
      directory: draft.directory.trim(),
      identity,
      allowsPassword: draft.allowsPassword || identity.kind === 'password',
      jumps: jumps.map(({ hostKey: _unknown, ...jump }) => jump),
      habits,
      ...(url === '' ? {} : { console: { url, account: draft.consoleAccount.trim() } }),
    },
  };
}

function habitsOf(draft: ConnectionDraft): ConnectionHabits | undefined {
  const { verify, finalNames } = draft;
  const timeoutSeconds = Number(draft.timeoutSeconds);
  const keepAliveSeconds = Number(draft.keepAliveSeconds);
  const { least, most } = HABIT_SECONDS;
  const isGood = [timeoutSeconds, keepAliveSeconds].every(
    (seconds) => Number.isInteger(seconds) && seconds >= least && seconds <= most,
  );
  return isGood ? { verify, finalNames, timeoutSeconds, keepAliveSeconds } : undefined;
}

function identityOf(draft: IdentityDraft): Input<'connections.save'>['identity'] | undefined {
  switch (draft.kind) {
    case 'keep':
    case 'password':
      return { kind: draft.kind };
    case 'agent':
      return { kind: 'agent', ...(draft.sha256 === undefined ? {} : { sha256: draft.sha256 }) };
    case 'file':
      return draft.file === undefined ? undefined : { kind: 'file', handle: draft.file.handle };
    case 'stored':
      return draft.sha256 === undefined ? undefined : { kind: 'stored', sha256: draft.sha256 };
  }
}
