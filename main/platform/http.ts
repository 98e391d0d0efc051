/** What every HTTP client here needs: which hosts are this machine, bounded answers, and reasons in plain words. */

const MAX_REASON_CHARACTERS = 300;

/** @param hostname as `URL` gives it */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/** @returns undefined when the answer is longer than `maxBytes` */
export async function readBounded(
  response: Response,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const body = (response.body ?? []) as AsyncIterable<Uint8Array> | [];
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A server's own words as the middle of a sentence: one line, bounded, nothing that hides or reorders. */
export function plainReason(message: string): string {
  const line = message.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.slice(0, MAX_REASON_CHARACTERS).replace(/[. ]+$/, '');
}

/** fetch says "fetch failed" and hides why in its cause. */
export function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = (cause as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string') return code;
  return cause instanceof Error ? cause.message.slice(0, 100) : 'no connection';
}
