/** The button that leads from an error to the place where it can be mended. */
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import type { Place } from '../../shared/contract/names.ts';
import type { ErrorCode, ErrorView } from '../../shared/errors/index.ts';
import { useNavigation } from '../bridge/navigation.ts';
import { StartPractice } from '../features/practice/index.ts';
import { SecretsAction, useSettings } from '../features/settings/index.ts';
import { Button } from '../ui/button.tsx';
import { PLACE_NAMES } from './places.ts';

const PLACES_OF: Partial<Record<ErrorCode, Place>> = {
  CONNECTION_UNKNOWN: 'connections',
  CONSOLE_MISSING: 'connections',
  CONSOLE_UNAUTHORIZED: 'connections',
  CONSOLE_URL_INVALID: 'connections',
  HOST_KEY_CHANGED: 'connections',
  HOST_KEY_NOT_PINNED: 'connections',
  HOST_KEY_UNKNOWN: 'connections',
  LOGIN_REFUSED: 'connections',
  REMOTE_FOLDER_MISSING: 'connections',
  SSH_KEY_PASSPHRASE_NEEDED: 'connections',
  SSH_KEY_PASSPHRASE_WRONG: 'connections',
  KEY_EXPIRED: 'keys',
  KEY_REVOKED: 'keys',
  KEY_CANNOT_ENCRYPT: 'keys',
  KEY_ID_NOT_NOTED: 'keys',
  KEY_NOT_STORED: 'keys',
  PASSPHRASE_NEEDED: 'keys',
  SDS_APP_ID_NEEDED: 'keys',
  SDS_APP_OTHER_KEY: 'keys',
  SDS_APP_UNKNOWN: 'keys',
  SDS_CLIENT_REFUSED: 'connections',
  SDS_KEY_CHANGED: 'keys',
  SDS_ROTATION_UNSETTLED: 'keys',
  SDS_SECRET_NEEDED: 'connections',
  SDS_SIGNATURE_REFUSED: 'keys',
  SDS_TENANT_IN_USE: 'keys',
  SDS_TENANT_UNKNOWN: 'connections',
  SDS_TOKEN_REFUSED: 'connections',
  SDS_UNAUTHORIZED: 'connections',
  SDS_URL_INVALID: 'connections',
};

const SECRETS_CODES: readonly ErrorCode[] = [
  'KEYCHAIN_UNAVAILABLE',
  'KEYCHAIN_LOCKED',
  'MASTER_PASSWORD_NEEDED',
  'SECRETS_LOCKED',
];

export function remedyFor(error: ErrorView): ReactNode {
  if (SECRETS_CODES.includes(error.code)) return <SecretsRemedy />;
  if (error.code === 'PRACTICE_NOT_RUNNING') {
    return <StartPractice label="Start the practice server" />;
  }
  const place = PLACES_OF[error.code];
  return place === undefined ? null : <GoButton place={place} />;
}

/** What protects the secrets may have changed since it was last asked: a keychain locks itself. */
function SecretsRemedy() {
  const load = useSettings((state) => state.load);
  useEffect(() => void load(), [load]);
  return <SecretsAction />;
}

/** Leads to another place; where one is already there, there is nothing to press. */
function GoButton({ place }: { readonly place: Place }) {
  const { place: current, go } = useNavigation();
  if (current === place) return null;
  return <Button onPress={() => go(place)}>Open {PLACE_NAMES[place]}</Button>;
}
