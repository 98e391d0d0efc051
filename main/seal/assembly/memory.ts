/**
 * Where things lie in the memory of one block. `memory.data` takes the places one after the other, so what is
 * named first lies lowest: the input must not, since a match is looked for up to 32 KiB before it.
 */

/** Of one call; deflation.ts knows it as `DEFLATE_BLOCK_BYTES`. */
export const INPUT_BYTES: u32 = 512 * 1024;
/**
 * Input of one Huffman block, which ends with the match that reaches it. A stored block holds 65,535 bytes, so
 * that one is enough for what does not deflate, the longest match included.
 */
export const SUB_BLOCK_BYTES: u32 = 60 * 1024;

/** Literal and length codes (RFC 1951, section 3.2.5), and distance codes; the last two of each never occur. */
export const LITERAL_CODES: u32 = 288;
export const DISTANCE_CODES: u32 = 32;
/** Codes for code lengths (section 3.2.7). */
export const LENGTH_CODES: u32 = 19;
export const END_OF_BLOCK: u32 = 256;
export const FIRST_LENGTH: u32 = 257;

export const MIN_MATCH: u32 = 5;
export const MAX_MATCH: u32 = 258;
export const MAX_DISTANCE: u32 = 32 * 1024;

/** Where five bytes were seen last: 64 KiB, more would leave the caches. */
export const HASH_BITS: u32 = 14;
export const HASH: usize = memory.data(4 << HASH_BITS);

/** How often each code is used in a block, u32. */
export const LITERAL_USE: usize = memory.data(LITERAL_CODES * 4);
export const DISTANCE_USE: usize = memory.data(DISTANCE_CODES * 4);
export const LENGTH_USE: usize = memory.data(LENGTH_CODES * 4);
/** Bits of each code, u8. */
export const LITERAL_BITS: usize = memory.data(LITERAL_CODES);
export const DISTANCE_BITS: usize = memory.data(DISTANCE_CODES);
export const LENGTH_BITS: usize = memory.data(LENGTH_CODES);
/** The codes, u32: their bits in the order in which they are written, and how many from bit 16 on. */
export const LITERAL_CODE: usize = memory.data(LITERAL_CODES * 4);
export const DISTANCE_CODE: usize = memory.data(DISTANCE_CODES * 4);
export const LENGTH_CODE: usize = memory.data(LENGTH_CODES * 4);

/** A match with the literals before it, eight bytes each; see deflate.ts. */
export const SEQUENCES: usize = memory.data((SUB_BLOCK_BYTES / MIN_MATCH + 64) * 8);

export const OUTPUT: usize = memory.data(INPUT_BYTES + 4096);
/** Behind it room for the longest match and a word, which are read before it is known where the input ends. */
export const INPUT: usize = memory.data(INPUT_BYTES + 512);
