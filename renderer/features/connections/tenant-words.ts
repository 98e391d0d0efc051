/** How the test of an SDS tenant is told: three steps, of which the error names the one that failed. Pure. */
import type { ErrorCode, ErrorView } from '../../../shared/errors/index.ts';

export interface TenantStep {
  readonly name: string;
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly detail: string;
}

/** Failures before the service answered. */
const NOT_REACHED: readonly ErrorCode[] = [
  'SDS_URL_INVALID',
  'SDS_INSECURE',
  'SDS_UNREACHABLE',
  'SDS_TIMED_OUT',
];
/** Failures of the client's id and secret. */
const NOT_LET_IN: readonly ErrorCode[] = [
  'SDS_CLIENT_REFUSED',
  'SDS_TOKEN_REFUSED',
  'SDS_UNAUTHORIZED',
  'SDS_SECRET_NEEDED',
];

const STEPS = [
  { name: 'Connect', done: 'The service answers.' },
  { name: 'Service', done: 'It is an SDS service.' },
  { name: 'Client', done: 'Tenant, client id and secret are right: an access token was given.' },
] as const;

export function tenantSteps(result: {
  readonly ok: boolean;
  readonly error?: ErrorView | undefined;
}): readonly TenantStep[] {
  const failedAt = result.error === undefined ? STEPS.length : failedStep(result.error.code);
  return STEPS.map(({ name, done }, index) => {
    if (index < failedAt) return { name, state: 'ok', detail: done };
    if (index === failedAt) return { name, state: 'failed', detail: 'See below.' };
    return { name, state: 'skipped', detail: '' };
  });
}

function failedStep(code: ErrorCode): number {
  if (NOT_REACHED.includes(code)) return 0;
  return NOT_LET_IN.includes(code) ? 2 : 1;
}
