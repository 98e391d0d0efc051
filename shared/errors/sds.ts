import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `sds`: the service, the way to it, and what it answers. */
const serviceErrors = {
  SDS_URL_INVALID: {
    text: '{url} is not the address of an SDS service.',
    next: 'Give an address such as https://sds.example.com.',
    exit: 1,
    retry: 'user',
  },
  SDS_INSECURE: {
    text: 'The service {host} would be reached without encryption.',
    next: 'Use an https address. Plain http is allowed to this machine only.',
    exit: 1,
    retry: 'user',
  },
  SDS_UNREACHABLE: {
    text: 'The service {host} cannot be reached ({reason}).',
    next: 'Check the network, the address, and whether the service is running.',
    exit: 3,
    retry: 'auto',
  },
  SDS_TIMED_OUT: {
    text: 'The service {host} did not answer within {seconds} seconds.',
    next: 'Try again in a little while.',
    exit: 3,
    retry: 'auto',
  },
  SDS_CLIENT_REFUSED: {
    text: 'The service {host} does not accept the client id and secret of the tenant {tenant}.',
    next: 'Enter them again under Connections, as the operator of the service gave them.',
    exit: 3,
    retry: 'user',
  },
  SDS_TOKEN_REFUSED: {
    text: 'The service {host} does not accept the access token, not even a new one.',
    next: 'Check tenant, client id and secret under Connections; then ask the operator of the service.',
    exit: 3,
    retry: 'user',
  },
  SDS_SIGNATURE_REFUSED: {
    text: 'The service {host} does not accept the signature of the app {app}: it does not know the app, or it has another key for it.',
    next: 'Register the app, or import the key with which it was registered.',
    exit: 3,
    retry: 'user',
  },
  SDS_STRICT_REFUSED: {
    text: 'The service {host} asks for a signature in strict mode and does not accept the one it got.',
    next: 'Check that the service has the version of this program.',
    exit: 3,
    retry: 'user',
  },
  SDS_CLOCK_OFF: {
    text: 'The clock of this machine is {seconds} seconds {direction} that of {host}, which allows 300.',
    next: 'Set the clock of this machine, best by the network, and try again.',
    exit: 3,
    retry: 'user',
  },
  SDS_UNAUTHORIZED: {
    text: 'The service {host} does not let this app in: {reason}.',
    next: 'Check the tenant under Connections and the app under Keys.',
    exit: 3,
    retry: 'user',
  },
  SDS_FORBIDDEN: {
    text: 'This app is not allowed to {what}: {reason}.',
    next: 'The owner of the vault can give it the permission; the list of vaults says who that is.',
    exit: 3,
    retry: 'user',
  },
  SDS_VAULT_DISABLED: {
    text: 'The vault is disabled, so it is not possible to {what}.',
    next: 'Its owner can enable it.',
    exit: 3,
    retry: 'user',
  },
  SDS_NOT_FOUND: {
    text: 'The service {host} does not have what is needed to {what}: {reason}.',
    next: 'It may have been removed. Load the list again.',
    exit: 3,
    retry: 'user',
  },
  SDS_APP_NOT_REGISTERED: {
    text: 'The service {host} knows no app {other} in this tenant, so it refuses to {what}.',
    next: 'Check the name, upper and lower case included, or register the app first. Then try again.',
    exit: 3,
    retry: 'user',
  },
  SDS_NAME_TAKEN: {
    text: 'This name is taken in the tenant, or was: names are never given twice.',
    next: 'Choose another name.',
    exit: 3,
    retry: 'user',
  },
  SDS_DATA_NOT_UNIQUE: {
    text: 'The vault takes each value once, and this one is there already{where}.',
    next: 'Change the value, or leave it as it is.',
    exit: 3,
    retry: 'user',
  },
  SDS_VAULT_NOT_EMPTY: {
    text: 'The vault holds records or files, and only an empty one can be disabled.',
    next: 'Move or delete what is in it, unfinished uploads too, then disable it.',
    exit: 3,
    retry: 'user',
  },
  SDS_KEY_CHANGED: {
    text: 'The key of this app was replaced by someone else in the meantime.',
    next: 'Nothing was changed here. Settle the app under Keys, or import its new key.',
    exit: 3,
    retry: 'user',
  },
  SDS_FILE_NOT_READY: {
    text: 'The file is not ready: {reason}.',
    next: 'Wait until it is COMPLETED. One that FAILED has to be uploaded again.',
    exit: 3,
    retry: 'user',
  },
  SDS_CONFLICT: {
    text: 'The service {host} cannot {what} now: {reason}.',
    next: 'Load it again, and see what has changed.',
    exit: 3,
    retry: 'user',
  },
  SDS_TOO_LARGE: {
    text: 'This is too large for the service {host}: {reason}.',
    next: 'A record has at most 375 KB with everything in it. Store larger content as a file.',
    exit: 3,
    retry: 'user',
  },
  SDS_TOO_MANY: {
    text: 'The service {host} gets too many requests from this tenant.',
    next: 'Wait {seconds} seconds and try again.',
    exit: 3,
    retry: 'auto',
  },
  SDS_BUSY: {
    text: 'The service {host} is busy.',
    next: 'Try again in a little while.',
    exit: 3,
    retry: 'auto',
  },
  SDS_STORAGE_FULL: {
    text: 'The service {host} has no space left for this file.',
    next: 'Ask its operator, then upload the file again.',
    exit: 3,
    retry: 'user',
  },
  SDS_READ_LIMIT: {
    text: 'The vault gives fewer records in one call than were asked for.',
    next: 'Load the vault again: its owner may have changed the read limit.',
    exit: 3,
    retry: 'user',
  },
  SDS_REJECTED: {
    text: 'The service {host} refuses to {what}: {reason}.',
    next: 'Correct what it names and try again.',
    exit: 3,
    retry: 'user',
  },
  SDS_FAILED: {
    text: 'The service {host} failed with status {status}.',
    next: 'Try again in a little while. The log of the service tells more.',
    exit: 3,
    retry: 'auto',
  },
  SDS_BAD_ANSWER: {
    text: 'The answer of {host} is not that of an SDS service ({detail}).',
    next: 'Check the address, and that the service has the version of this program.',
    exit: 3,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;

/** Keys and apps of this profile. */
const appErrors = {
  SDS_TENANT_UNKNOWN: {
    text: 'There is no SDS tenant {name} here.',
    next: 'Choose another one, or add it again under Connections. On the command line: sealift sds login.',
    exit: 1,
    retry: 'user',
  },
  SDS_TENANT_IN_USE: {
    text: 'Keys of apps of {name} are kept here: {apps}.',
    next: 'Remove these apps under Keys first.',
    exit: 1,
    retry: 'user',
  },
  SDS_SECRET_NEEDED: {
    text: 'No client secret is kept for {name} at this address, tenant and client id.',
    next: 'Enter the client secret that belongs to them.',
    exit: 1,
    retry: 'user',
  },
  SDS_APP_UNKNOWN: {
    text: 'There is no app {name} with a key here.',
    next: 'Choose another app, or make or import its key under Keys.',
    exit: 1,
    retry: 'user',
  },
  SDS_APP_EXISTS: {
    text: 'The app {name} of this tenant has a key here already.',
    next: 'Choose another name, or remove the app first.',
    exit: 1,
    retry: 'user',
  },
  SDS_APP_REGISTERED: {
    text: 'The app {name} is registered already.',
    next: 'Rotate its key if it is to have another one.',
    exit: 1,
    retry: 'never',
  },
  SDS_APP_ID_NEEDED: {
    text: 'The app id of {name} is not known here, and this needs it.',
    next: 'Enter the app id that the service gave at the registration (app: and a UUID).',
    exit: 1,
    retry: 'user',
  },
  SDS_APP_OTHER_KEY: {
    text: 'The service has another app or another key under this id than {name} has here.',
    next: 'Check the app id, or import the key with which the app was registered.',
    exit: 3,
    retry: 'user',
  },
  SDS_ROTATION_UNSETTLED: {
    text: 'It is not known yet whether the service has the new key of {name}. Both keys are kept.',
    next: 'Settle the rotation when the service can be reached again: it then tells which key it has.',
    exit: 3,
    retry: 'user',
  },
  SDS_KEY_INVALID: {
    text: 'This is not a private RSA key that an app can use: {detail}.',
    next: 'Give an RSA key of 512 to 16384 bits as PEM or DER, PKCS#1 or PKCS#8.',
    exit: 1,
    retry: 'user',
  },
  SDS_KEY_IS_PUBLIC: {
    text: 'This is the public half of a key; an app needs the private half.',
    next: 'Choose the file with the private key.',
    exit: 1,
    retry: 'user',
  },
  SDS_KEY_PASSPHRASE_NEEDED: {
    text: 'This key is protected by a passphrase, and none was given.',
    next: 'Give the passphrase of the key.',
    exit: 1,
    retry: 'user',
  },
  SDS_KEY_PASSPHRASE_WRONG: {
    text: 'The passphrase does not open this key.',
    next: 'Check the passphrase: case, blanks at the end, keyboard layout.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;

/** Values, files and transfers. */
const contentErrors = {
  SDS_NOT_DECRYPTED: {
    text: 'This cannot be decrypted: wrong key or damaged.',
    next: 'Load it again. If it stays so, the app may have had another key when this was received.',
    exit: 1,
    retry: 'user',
  },
  SDS_VALUE_NOT_TEXT: {
    text: 'The value is not text.',
    next: 'Copy it as hex or base64.',
    exit: 1,
    retry: 'user',
  },
  SDS_VALUE_NOT_BASE64: {
    text: 'The value is not canonical base64.',
    next: 'Give padded base64 without line breaks, or give the value as text.',
    exit: 1,
    retry: 'user',
  },
  SDS_VALUE_TOO_LARGE: {
    text: 'The value with its metadata has {sizeBytes} bytes as it is sent; a record has at most {limitBytes}.',
    next: 'Store larger content as a file.',
    exit: 1,
    retry: 'user',
  },
  SDS_META_INVALID: {
    text: 'The metadata is not JSON.',
    next: 'Write a JSON value, such as an object of texts, or leave it empty.',
    exit: 1,
    retry: 'user',
  },
  SDS_COLUMN_MISSING: {
    text: '{file} has no column {column}.',
    next: 'Choose one of its columns.',
    exit: 1,
    retry: 'user',
  },
  SDS_ROW_UNREADABLE: {
    text: 'The row cannot be read ({reason}).',
    next: 'Correct the row and import it again.',
    exit: 1,
    retry: 'user',
  },
  SDS_LINK_REFUSED: {
    text: 'The service {host} does not accept its own download link any more.',
    next: 'Download the file again. If that fails too, the permission may have been taken away.',
    exit: 3,
    retry: 'user',
  },
  SDS_DOWNLOAD_BROKEN: {
    text: 'The download from {host} broke off ({reason}).',
    next: 'Nothing was saved. Download the file again.',
    exit: 3,
    retry: 'auto',
  },
  SDS_NOT_A_FILE: {
    text: 'The content of this file is not with the service: it is an address.',
    next: 'Fetch it from its address, once you know the host.',
    exit: 1,
    retry: 'user',
  },
  SDS_URL_NOT_SECURE: {
    text: 'The address of this file, at {host}, is not an https address.',
    next: 'It is not fetched. Copy the address, and decide whether to open it elsewhere.',
    exit: 3,
    retry: 'never',
  },
  SDS_URL_OTHER_HOST: {
    text: 'This leads to the host {host}, which was not agreed to.',
    next: 'Agree to this host, too, if you trust it.',
    exit: 3,
    retry: 'user',
  },
  SDS_URL_FAILED: {
    text: 'The host {host} does not give the file ({reason}).',
    next: 'Check with the owner of the file whether it is still there.',
    exit: 3,
    retry: 'user',
  },
  SDS_TRANSFER_UNKNOWN: {
    text: 'This transfer is no longer there.',
    next: 'Start it again if need be.',
    exit: 1,
    retry: 'never',
  },
  SDS_TRANSFER_RUNNING: {
    text: '{name} is still running.',
    next: 'Cancel it first.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;

export const sdsErrors = { ...serviceErrors, ...appErrors, ...contentErrors };
