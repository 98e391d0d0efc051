/** Rewriting CSV text line by line as a stream, and where the marks of a line are. */
import { LIMITS } from '../../shared/domain/manifest.ts';
import { AppError } from '../../shared/errors/index.ts';

export const QUOTE = '"';
const LF = 0x0a;

/** Gets text of whole lines, but for the last of the file. */
export interface LineRewriter {
  /** Of the text that comes next, from 1. */
  readonly line: number;
  readonly rewrite: (text: string) => string;
  /** What was held back. */
  readonly end: () => string;
}

/**
 * Works on whole lines of bytes as Latin-1 text: all marks of CSV are ASCII, the rest passes through.
 * @throws AppError RECORD_TOO_LARGE for a line that never ends
 */
export async function* rewriteLines(
  source: AsyncIterable<Uint8Array>,
  file: string,
  rewriter: LineRewriter,
): AsyncGenerator<Buffer> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  for await (const chunk of source) {
    const end = chunk.lastIndexOf(LF) + 1;
    if (end > 0) {
      const lines = Buffer.concat([...pending, chunk.subarray(0, end)]);
      yield Buffer.from(rewriter.rewrite(lines.toString('latin1')), 'latin1');
      pending = [];
      pendingBytes = 0;
    }
    pending.push(chunk.subarray(end));
    pendingBytes += chunk.length - end;
    const limitBytes = LIMITS.recordBytes;
    if (pendingBytes > limitBytes) {
      throw new AppError('RECORD_TOO_LARGE', { file, line: rewriter.line, limitBytes });
    }
  }
  const last = rewriter.rewrite(Buffer.concat(pending).toString('latin1')) + rewriter.end();
  if (last !== '') yield Buffer.from(last, 'latin1');
}

/** The mark that closes a quoted cell, two in a row being content; -1 when the line has none. */
export function closingQuote(line: string, from: number): number {
  for (let at = line.indexOf(QUOTE, from); at >= 0; at = line.indexOf(QUOTE, at + 2)) {
    if (line.charAt(at + 1) !== QUOTE) return at;
  }
  return -1;
}

/** Where LF or CR LF begins; a lone CR at the end of the file is content. */
export function endOfContent(line: string): number {
  if (!line.endsWith('\n')) return line.length;
  return line.endsWith('\r\n') ? line.length - 2 : line.length - 1;
}
