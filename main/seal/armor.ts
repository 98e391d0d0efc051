/** ASCII armor, writing side (RFC 9580, section 6): base64 in lines of 64, with the CRC-24. */

export const LINE_BYTES = 48;
export const LINE_CHARACTERS = 64;

/** What stands around the lines. No `Version` or `Comment` header: they would tell about the sender only. */
export const ARMOR = {
  head: '-----BEGIN PGP MESSAGE-----\n\n',
  foot: '-----END PGP MESSAGE-----\n',
} as const;

/** `=`, four characters, and the line's end. */
const CRC_LINE_BYTES = 6;

/** Bytes of the armor around a message of `messageBytes`. */
export function armoredBytes(messageBytes: number): number {
  const lineEnds = Math.ceil(messageBytes / LINE_BYTES);
  const body = 4 * Math.ceil(messageBytes / 3) + lineEnds;
  return ARMOR.head.length + body + CRC_LINE_BYTES + ARMOR.foot.length;
}
