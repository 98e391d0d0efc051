import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `keys`. */
export const keysErrors = {} as const satisfies ErrorCatalog;
