import type { ErrorCatalog } from './catalog.ts';

/** Failures of the room `seal`: writing and opening encrypted messages. */
export const sealErrors = {
  OUTPUT_IS_INPUT: {
    text: '{file} is the input itself, which the output would replace.',
    next: 'Name another output.',
    exit: 1,
    retry: 'user',
  },
  PART_EXISTS: {
    text: '{file} is there already: another run is writing it, or one was killed.',
    next: 'If no other run is going on, remove it and try again.',
    exit: 1,
    retry: 'user',
  },
  NOT_PGP: {
    text: '{file} is not an OpenPGP message.',
    next: 'Check that the right file was chosen and that it arrived whole.',
    exit: 1,
    retry: 'user',
  },
  NOT_ENCRYPTED: {
    text: '{file} is OpenPGP data but not an encrypted message ({kind}).',
    next: 'Choose the encrypted file; keys and signatures cannot be opened.',
    exit: 1,
    retry: 'user',
  },
  NO_KEY_FITS: {
    text: 'None of the given keys opens {file}; it is for {keyIds}.',
    next: 'Use the private key with that key id.',
    exit: 1,
    retry: 'user',
  },
  ENCRYPTED_WITH_PASSWORD: {
    text: '{file} is encrypted with a password, not to a key.',
    next: 'Ask the sender to encrypt it to your public key.',
    exit: 1,
    retry: 'never',
  },
  NO_INTEGRITY: {
    text: '{file} has no integrity protection, so its content cannot be trusted and was not opened.',
    next: 'Ask the sender to encrypt again with a current program.',
    exit: 1,
    retry: 'never',
  },
  DAMAGED: {
    text: '{file} is damaged, incomplete or was changed; nothing of its content was used.',
    next: 'Get the file again from its source.',
    exit: 1,
    retry: 'user',
  },
  OPENED_TOO_LARGE: {
    text: 'The content of {file} is larger than the limit of {limitBytes} bytes.',
    next: 'If a file of this size is expected, raise the limit.',
    exit: 1,
    retry: 'user',
  },
  MESSAGE_UNSUPPORTED: {
    text: '{file} uses something that Sealift does not read: {detail}.',
    next: 'Ask the sender to encrypt with AES and a common compression, or open it with another program.',
    exit: 1,
    retry: 'user',
  },
  RECORD_FITS_NO_PART: {
    text: 'Row {row} of {file}, which begins on line {line}, is {sealedBytes} bytes when it is sealed alone; a sealed file must be under {limitBytes}.',
    next: 'Shorten the row or take it out, or raise the limit if the platform takes larger files.',
    exit: 1,
    retry: 'user',
  },
  RECORDS_TORN: {
    text: 'The brackets of {file} are not closed, or something follows them, so it cannot be cut into records.',
    next: 'Check that the program which writes the file has finished, and mend its end.',
    exit: 1,
    retry: 'user',
  },
  PART_FITS_NO_MORE: {
    text: 'Part {part} of {parts} of {file} is {sealedBytes} bytes when it is sealed again; a sealed file must be under {limitBytes}. It cannot be cut anew, since other parts may have arrived.',
    next: 'Send again with the limit and the compression of the first attempt. Or discard this delivery, and send only the rows that did not arrive.',
    exit: 1,
    retry: 'user',
  },
  PARTS_DIFFER: {
    text: '{file} is not what it was when the first of its parts were delivered, so the rest cannot follow them.',
    next: 'Put the file back as it was and send again. Or discard this delivery, and send only the rows that did not arrive.',
    exit: 1,
    retry: 'user',
  },
} as const satisfies ErrorCatalog;
