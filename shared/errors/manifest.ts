import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `manifest`. */
export const manifestErrors = {} as const satisfies ErrorCatalog;
