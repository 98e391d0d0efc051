/** What a connection logs in with, and how it is set apart from others, in words. Pure. */
import {
  DEFAULT_HABITS,
  type Connection,
  type ConnectionHabits,
} from '../../../shared/domain/connection.ts';

export function identityWords({ identity, allowsPassword }: Connection): string {
  const password = allowsPassword ? ', and a password where it is asked for' : '';
  switch (identity.kind) {
    case 'file':
      return `Key file ${identity.name}${password}`;
    case 'stored':
      return `SSH key kept by Sealift, ${identity.sha256}${password}`;
    case 'agent':
      return `SSH agent, ${identity.sha256 ?? 'any of its keys'}${password}`;
    case 'password':
      return 'Password';
  }
}

/** Undefined where nothing differs from what is usual. */
export function habitWords(habits: ConnectionHabits): string | undefined {
  const words = [
    habits.verify === 'sha256' ? 'content is read back' : undefined,
    habits.finalNames === 'direct' ? 'final names are written directly' : undefined,
    habits.timeoutSeconds === DEFAULT_HABITS.timeoutSeconds
      ? undefined
      : `up to ${habits.timeoutSeconds} s to log in`,
    habits.keepAliveSeconds === DEFAULT_HABITS.keepAliveSeconds
      ? undefined
      : `kept awake every ${habits.keepAliveSeconds} s`,
  ].filter((word) => word !== undefined);
  const all = words.join('; ');
  return all === '' ? undefined : `${all.charAt(0).toUpperCase()}${all.slice(1)}`;
}
