/** Writes a manifest for one file from the choices made so far: for the check without a key, for sending with it. */
import { call } from '../../bridge/window-api.ts';
import { groupKeyOf } from './mapping.ts';
import { useSend } from './store.ts';
import type { SendFile } from './wizard.ts';

/** Undefined while the file has no mapping yet. */
export function buildManifest(file: SendFile, keyId?: string) {
  const { groups, clientEmail } = useSend.getState();
  const group = file.facts === undefined ? undefined : groups[groupKeyOf(file.facts)];
  if (group?.columns === undefined) return undefined;
  return call('manifest.build', {
    handle: file.ref.handle,
    mapping: { type: group.type, columns: [...group.columns] },
    clientEmail: clientEmail.trim(),
    ...(keyId === undefined ? {} : { keyId }),
  });
}
