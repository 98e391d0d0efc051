/** The permission of an app as it is edited: a tick for writing, and one way of reading. Pure. */
import type { AppPermission, ReadAccess } from '../../../shared/domain/vault.ts';
import { accessOf } from '../../../shared/domain/vault.ts';
import type { Permission } from '../../../shared/domain/sds.ts';

const READ_BITS: Readonly<Record<ReadAccess, '10' | '01' | '00'>> = {
  decrypted: '10',
  encrypted: '01',
  none: '00',
};

export const READ_OPTIONS: readonly { readonly value: ReadAccess; readonly label: string }[] = [
  { value: 'none', label: 'Not' },
  { value: 'decrypted', label: 'Decrypted by the service' },
  { value: 'encrypted', label: 'Encrypted to its key' },
];

export function permissionOf(write: boolean, read: ReadAccess): Permission {
  return `${write ? '1' : '0'}${READ_BITS[read]}`;
}

/** Changes one side of an app's permission and leaves the other. */
export function change(
  permissions: readonly AppPermission[],
  app: string,
  part: { readonly write?: boolean; readonly read?: ReadAccess },
): readonly AppPermission[] {
  return permissions.map((entry) => {
    if (entry.app !== app) return entry;
    const { write, read } = { ...accessOf(entry.permission), ...part };
    return { app, permission: permissionOf(write, read) };
  });
}

/** Whether two lists give everyone the same. */
export function isSame(one: readonly AppPermission[], other: readonly AppPermission[]): boolean {
  const text = (list: readonly AppPermission[]) =>
    list
      .map(({ app, permission }) => `${app} ${permission}`)
      .sort()
      .join('\n');
  return text(one) === text(other);
}
