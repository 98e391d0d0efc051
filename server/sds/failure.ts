/** The way in which SDS says no: a reason, words for people, and facts for programs. */
import { SDS_BASE, SDS_FAILURES, SDS_TOKEN_PATH } from '../../shared/domain/sds.ts';
import type { SdsError, SdsFailureKind } from '../../shared/domain/sds.ts';

/** `description` and `additionalInfo` are shown to the caller: no secret, no stack, no content. */
export class SdsFailure extends Error {
  override readonly name = 'SdsFailure';
  readonly kind: SdsFailureKind;
  readonly additionalInfo: Readonly<Record<string, unknown>>;

  constructor(
    kind: SdsFailureKind,
    description: string,
    additionalInfo: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(description, options);
    this.kind = kind;
    this.additionalInfo = additionalInfo;
  }

  get status(): (typeof SDS_FAILURES)[SdsFailureKind]['status'] {
    return SDS_FAILURES[this.kind].status;
  }
}

/** The same words for what is not there and for what belongs to another tenant. */
export function notFound(
  what: 'app' | 'vault' | 'record' | 'file',
  additionalInfo: Readonly<Record<string, unknown>> = {},
): SdsFailure {
  return new SdsFailure('NOT_FOUND', `There is no such ${what}.`, additionalInfo);
}

const SERVICE = '2101';
const RESOURCES: Readonly<Record<string, string>> = {
  apps: '01',
  vaults: '02',
  data: '03',
  files: '04',
};
const TOKEN_RESOURCE = '09';
const VERBS: Readonly<Record<string, string>> = { GET: '01', POST: '02', PUT: '03', DELETE: '04' };

/**
 * @param path without its query
 * @returns twelve digits: the service, the method (two for the kind of thing, two for the verb), the
 *   reason; 00 for a kind or verb that does not exist
 */
function errorCode(kind: SdsFailureKind, verb: string, path: string): string {
  const [, resource = ''] = path.startsWith(`${SDS_BASE}/`)
    ? path.slice(SDS_BASE.length).split('/')
    : [];
  const group = path === SDS_TOKEN_PATH ? TOKEN_RESOURCE : (lookUp(RESOURCES, resource) ?? '00');
  return `${SERVICE}${group}${lookUp(VERBS, verb) ?? '00'}${SDS_FAILURES[kind].unique}`;
}

/** `failure` as the error member of an envelope. */
export function errorOf(failure: SdsFailure, verb: string, path: string): SdsError {
  return {
    code: errorCode(failure.kind, verb, path),
    description: failure.message,
    additionalInfo: failure.additionalInfo,
    status: failure.status,
  };
}

function lookUp(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
