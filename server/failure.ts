/** The ways in which the server says no: at its start, to an API caller, to an imported file. */
import type { FileCode } from '../shared/domain/problem.ts';

/** A start that cannot be: a wrong option, or one that would be unsafe. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A start that the state of this machine does not allow: a port in use, a file that cannot be read. Exit code 1. */
export class StartError extends Error {
  override readonly name = 'StartError';
  /** What the user can do about it. */
  readonly next: string;

  constructor(message: string, next: string, options?: ErrorOptions) {
    super(message, options);
    this.next = next;
  }
}

/** A request the console API refuses. `message` is shown to the caller: no secret, no stack. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: 400 | 401 | 404 | 409 | 413 | 415 | 503;
  readonly code: string;

  constructor(status: ApiError['status'], code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Where in the opened data or the manifest a file failure was found. */
export interface FilePlace {
  readonly column?: string;
  readonly row?: number;
  readonly line?: number;
}

/** An import that fails as a whole. `message` goes into mails: it names places, never cell values. */
export class FileFailure extends Error {
  override readonly name = 'FileFailure';
  readonly code: FileCode;
  readonly place: FilePlace;

  constructor(code: FileCode, message: string, place: FilePlace = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.place = place;
  }
}
