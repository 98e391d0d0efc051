/** Every expected failure of Sealift: its code, its words, and the value in which it travels. */
import { appErrors } from './app.ts';
import { cliErrors } from './cli.ts';
import { consoleErrors } from './console.ts';
import { deliveryErrors } from './delivery.ts';
import { generalErrors } from './general.ts';
import { jobsErrors } from './jobs.ts';
import { keysErrors } from './keys.ts';
import { manifestErrors } from './manifest.ts';
import { scheduleErrors } from './schedules.ts';
import { sdsErrors } from './sds.ts';
import { sealErrors } from './seal.ts';
import { tabularErrors } from './tabular.ts';
import type { ErrorEntry, Retry } from './catalog.ts';

export type { ErrorCatalog, ErrorEntry, Retry } from './catalog.ts';

export const errorCatalog = {
  ...generalErrors,
  ...appErrors,
  ...keysErrors,
  ...sealErrors,
  ...tabularErrors,
  ...manifestErrors,
  ...deliveryErrors,
  ...consoleErrors,
  ...jobsErrors,
  ...scheduleErrors,
  ...sdsErrors,
  ...cliErrors,
};

export type ErrorCode = keyof typeof errorCatalog;

/** What fills an error text's placeholders: names, hosts, counts. Never a secret, never a stack. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** An error as it crosses to the window or to the CLI's JSON: plain data. */
export interface ErrorView {
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly retry: Retry;
  /** Set for INTERNAL only: the number under which the log holds the cause. */
  readonly incident?: string;
}

export type Result<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorView };

/** An expected failure on its way up. Foreign errors are mapped to it once, at the adapter. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, options?: { cause?: unknown }) {
    super(`${code}: ${errorText({ code, params })}`, options);
    this.code = code;
    this.params = params;
  }

  get retry(): Retry {
    return errorEntry(this.code).retry;
  }

  toView(): ErrorView {
    return { code: this.code, params: this.params, retry: this.retry };
  }
}

export function errorEntry(code: ErrorCode): ErrorEntry {
  return errorCatalog[code];
}

/** What happened, with the placeholders filled. */
export function errorText(error: { code: ErrorCode; params: ErrorParams }): string {
  return fill(errorEntry(error.code).text, error.params);
}

/** The next step, with the placeholders filled; with what had to be left on a server, if anything. */
export function errorNext(error: { code: ErrorCode; params: ErrorParams }): string {
  const next = fill(errorEntry(error.code).next, error.params);
  const { leftBehind } = error.params;
  if (leftBehind === undefined) return next;
  return `${next} What was sent ahead could not be removed from the server: ${leftBehind}. The platform ignores it, and the next attempt removes it.`;
}

function fill(template: string, params: ErrorParams): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
}
