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
  TEMPLATE_INVALID: {
    text: '{file} cannot be taken as a mapping template: {problem}',
    next: 'Export the template again from the Sealift that has it, and import that file as it is.',
    exit: 1,
    retry: 'user',
  },
  TEMPLATE_VERSION: {
    text: '{file} is a mapping template of version {version}, which this Sealift does not know yet.',
    next: 'Update Sealift, or export the template with the version that you have here.',
    exit: 1,
    retry: 'user',
  },
  TEMPLATE_TOO_LARGE: {
    text: '{file} is larger than a mapping template may be ({limitBytes} bytes).',
    next: 'Check that it is a mapping template and not the data file.',
    exit: 1,
    retry: 'user',
  },
  TEMPLATE_NAME_TAKEN: {
    text: 'A template is called {name} already.',
    next: 'Choose another name, or replace that template.',
    exit: 1,
    retry: 'user',
  },
  TEMPLATE_UNKNOWN: {
    text: 'This template is no longer there.',
    next: 'Choose another template, or import it again.',
    exit: 1,
    retry: 'user',
  },
  TEMPLATES_FULL: {
    text: 'There are {limit} templates already, as many as are kept.',
    next: 'Remove one that is not used any more.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
