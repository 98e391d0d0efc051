/**
 * Every size in every compression to and from every peer, and large files; the forms of messages are in
 * peers.test.ts.
 */
import { describe, test } from 'vitest';
import { CASES, COMPRESSIONS, Exchange, MIB } from './exchange.ts';
import { PEER_COMPRESSIONS, PEERS } from './peers.ts';

const exchange = Exchange.use();
const LARGE = 64 * MIB;
const CURVE = 1;

describe('sealed by us', () => {
  test.each(CASES)('$size bytes are opened by gpg, sq and rnp', async ({ size, turn }) => {
    for (const [index, compress] of COMPRESSIONS.entries()) {
      await exchange.toPeers(size, compress, turn + index);
    }
  });

  test.each(['none', 1] as const)(
    '64 MiB, compression %s, are opened by gpg, sq and rnp',
    (level) => exchange.toPeers(LARGE, level, level === 'none' ? 0 : CURVE),
  );
});

describe('written by others', () => {
  test.each(CASES)('$size bytes are opened by us', async ({ size, turn: start }) => {
    let turn = start;
    for (const peer of PEERS) {
      for (const compression of PEER_COMPRESSIONS) {
        await exchange.fromPeer(peer, compression, size, turn);
        turn += 1;
      }
    }
  });

  // Of turn 2 and 3: armored and not, both to the curve.
  test.each([
    ['gpg', 'zip', 3],
    ['gpg', 'bzip2', 3],
    ['sq', 'zlib', 3],
    ['rnp', 'none', 2],
  ] as const)('64 MiB by %s with %s are opened by us', (peer, compression, turn) =>
    exchange.fromPeer(peer, compression, LARGE, turn),
  );
});
