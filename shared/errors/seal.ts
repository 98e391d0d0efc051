import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `seal`. */
export const sealErrors = {} as const satisfies ErrorCatalog;
