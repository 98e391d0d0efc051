import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `console`. */
export const consoleErrors = {} as const satisfies ErrorCatalog;
