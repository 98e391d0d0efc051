/** The key sets of this profile: summaries only, no secret ever reaches the window. */
import type { KeySet } from '../../../shared/domain/key-set.ts';
import { createResource } from '../../bridge/resource.ts';
import { call } from '../../bridge/window-api.ts';

export const useKeys = createResource(() => call('keys.list', {}));

/** An error for each key record of this profile that cannot be read. */
export const useDamagedKeys = createResource(() => call('keys.damaged', {}));

/** Loads once for whoever needs the list first. */
export function ensureKeys(): void {
  const { value, load } = useKeys.getState();
  if (value === undefined) void load();
}

/** Puts a changed or new key set in its place without asking for the whole list again. */
export function keepKeySet(keySet: KeySet): void {
  const keys = useKeys.getState().value ?? [];
  const isKnown = keys.some((key) => key.fingerprint === keySet.fingerprint);
  useKeys.setState({
    value: isKnown
      ? keys.map((key) => (key.fingerprint === keySet.fingerprint ? keySet : key))
      : [...keys, keySet],
  });
}
