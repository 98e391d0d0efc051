/** What keeps the server from starting, in words for the one who starts it. The system's own codes end here. */
import { StartError } from './failure.ts';

interface SystemError extends Error {
  readonly code: string;
  readonly syscall?: string;
  readonly path?: string;
  readonly address?: string;
  readonly port?: number;
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a folder is wanted where a file is',
  EEXIST: 'a folder is wanted where a file is',
  EISDIR: 'it is a folder',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
};

const LISTEN_REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses it',
  EACCES: 'it needs rights that this user has not',
  EADDRNOTAVAIL: 'the address is not one of this machine',
  ENOTFOUND: 'the address is not known',
};

/** @returns undefined for what no one expected: a fault, which belongs into the log with its stack */
export function startFailure(error: unknown): StartError | undefined {
  if (error instanceof StartError) return error;
  if (!isSystemError(error)) return undefined;
  const { code, syscall, path, address, port } = error;
  if (syscall === 'listen' || syscall === 'getaddrinfo') {
    const where = [address, port].filter((part) => part !== undefined).join(':') || 'the address';
    return new StartError(
      `Cannot listen on ${where}: ${LISTEN_REASONS[code] ?? code}`,
      'Choose another address with --host, or another port with --http, --sftp or --smtp; 0 is any free one',
      { cause: error },
    );
  }
  if (path !== undefined) {
    return new StartError(
      `${path} cannot be used: ${FILE_REASONS[code] ?? code}`,
      'Check the path and its permissions, or give another one',
      { cause: error },
    );
  }
  if (code.startsWith('ERR_OSSL')) {
    return new StartError(
      '--tls-cert and --tls-key are no certificate and its private key in PEM form',
      'Check both files; the key may have no passphrase',
      { cause: error },
    );
  }
  return undefined;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
