/**
 * Bits into the output, the first one lowest (RFC 1951, section 3.1.1). Up to 56 may be put before the next
 * `flush`, which leaves fewer than 8 behind.
 */
import { OUTPUT } from './memory';

let at: usize = OUTPUT;
let waiting: u64 = 0;
let count: u32 = 0;

export function startOutput(): void {
  resume(OUTPUT, 0, 0);
}

/** Where the next byte goes. With the two below: for a loop that keeps all three in variables of its own. */
export function outputEnd(): usize {
  return at;
}

export function waitingBits(): u64 {
  return waiting;
}

export function waitingCount(): u32 {
  return count;
}

/** Goes on from there. */
export function resume(end: usize, bits: u64, length: u32): void {
  at = end;
  waiting = bits;
  count = length;
}

export function put(bits: u32, length: u32): void {
  waiting |= (bits as u64) << (count as u64);
  count += length;
}

/** A code with its length from bit 16 on. */
export function putCode(code: u32): void {
  put(code & 0xffff, code >> 16);
}

export function flush(): void {
  store<u64>(at, waiting);
  const bytes = count >> 3;
  at += bytes;
  waiting >>= (bytes << 3) as u64;
  count &= 7;
}

/** Fills the byte in hand with zeros. */
export function toByte(): void {
  count = (count + 7) & ~7;
  flush();
}

/** Copies bytes behind a `toByte`. */
export function putBytes(from: usize, length: u32): void {
  memory.copy(at, from, length);
  at += length;
}
