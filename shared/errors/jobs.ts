import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `jobs`. */
export const jobsErrors = {} as const satisfies ErrorCatalog;
