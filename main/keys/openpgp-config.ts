/** How this program uses OpenPGP.js: one configuration for every call, never the global one. */
import { config, enums } from 'openpgp';
import type { Config, PartialConfig } from 'openpgp';
import './aes-key-wrap.ts';

/**
 * Version 4 keys with the MDC feature only: newer GnuPG keys advertise encryption forms that many
 * readers fail on (spec, "The encrypted message and the keys").
 */
export const openpgpConfig: PartialConfig = {
  v6Keys: false,
  aeadProtect: false,
  preferredSymmetricAlgorithm: enums.symmetric.aes256,
  preferredCompressionAlgorithm: enums.compression.zip,
  preferredHashAlgorithm: enums.hash.sha512,
  s2kType: enums.s2k.iterated,
  showVersion: false,
  showComment: false,
};

/** The same where a method of OpenPGP.js takes a whole configuration only. */
export const openpgpFullConfig: Config = { ...config, ...openpgpConfig };
