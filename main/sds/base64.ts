/** Canonical base64 (RFC 4648, 4): Node's decoder takes much more, and would hide damage. */

const PATTERN = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** @returns undefined for text with anything but the alphabet, or with bits that are thrown away */
export function decodeBase64(text: string): Buffer | undefined {
  if (!PATTERN.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
