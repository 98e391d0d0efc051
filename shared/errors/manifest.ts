import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `manifest`. */
export const manifestErrors = {
  MANIFEST_INVALID: {
    text: 'The manifest is not valid. Line {line}, column {column}: {problem} ({count} in all.)',
    next: 'Correct it, or let `sealift manifest init` write one for this data file.',
    exit: 1,
    retry: 'user',
  },
  MANIFEST_NOT_UTF8: {
    text: 'The manifest {file} is not UTF-8: byte {offset} does not belong there.',
    next: 'Save it again as UTF-8.',
    exit: 1,
    retry: 'user',
  },
  MANIFEST_TOO_LARGE: {
    text: 'The manifest {file} is larger than {limitBytes} bytes.',
    next: 'Check that it is the manifest and not the data file.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
