import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `tabular`. */
export const tabularErrors = {} as const satisfies ErrorCatalog;
