import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `delivery`. */
export const deliveryErrors = {} as const satisfies ErrorCatalog;
