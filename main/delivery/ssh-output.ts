/**
 * What ssh2 sends, without its garbage. ssh2 takes new memory three times for every byte that goes up (the SFTP
 * packet, the SSH packet, its ciphertext) and hands each SSH packet to the socket in three pieces. In Electron
 * new memory is the dearest part of sending by far (see seal/recycle.ts), so here what ssh2 is done with is
 * given back at once, and packets go out together, copied into buffers that are used again.
 *
 * It takes hold of two inner methods of ssh2. Where a later ssh2 has others, it does nothing, and
 * test/integration/delivery/ssh-output.test.ts fails.
 */
import type { Duplex } from 'node:stream';
import type { Client, SFTPWrapper } from 'ssh2';
import { release } from '../seal/recycle.ts';

const BUFFER_BYTES = 256 * 1024;
/** Eight channels may have so much on the way (upload-lanes.ts); the connection keeps what it once needed. */
const MOST_SPARE = 64;
/** Less goes out in memory of its own: a buffer for each small packet would add up on a line that stands still. */
const WORTH_A_BUFFER_BYTES = 16 * 1024;

interface Cipher {
  encrypt: (packet: Buffer) => void;
}

interface Protocol {
  readonly _cipher?: Cipher;
  readonly channelData?: (channel: number, data: Buffer) => void;
}

/** Client and SFTPWrapper alike. */
interface Inner {
  _protocol?: Protocol;
}

/** @param line the socket that was given to `client.connect`, which has been called */
export function sendThriftily(client: Client, line: Duplex): void {
  const output = new Output(line);
  line.write = (piece: Uint8Array) => output.add(piece);
  const end = line.end.bind(line) as () => Duplex;
  line.end = () => {
    output.flush();
    return end();
  };
  // Each key exchange, the first and those in between, brings a new cipher.
  client.on('handshake', () => {
    const { _cipher: cipher } = (client as unknown as Inner)._protocol ?? {};
    if (typeof cipher?.encrypt !== 'function') return;
    const encrypt = cipher.encrypt.bind(cipher);
    cipher.encrypt = (packet) => {
      encrypt(packet);
      release(packet);
      output.releaseCopied();
    };
  });
}

/** Gives back each SFTP packet of the channel as soon as its last piece has gone into an SSH packet. */
export function writeThriftily(sftp: SFTPWrapper): void {
  const inner = sftp as unknown as Inner;
  const protocol = inner._protocol;
  if (typeof protocol?.channelData !== 'function') return;
  const channelData = protocol.channelData.bind(protocol);
  // For this channel alone: what others are given may not be ssh2's own.
  inner._protocol = Object.create(protocol, {
    channelData: {
      value: (channel: number, data: Buffer) => {
        channelData(channel, data);
        if (data.byteOffset + data.length === data.buffer.byteLength) release(data);
      },
    },
  }) as Protocol;
}

/** Gathers what is written within one turn of the event loop. */
class Output {
  readonly #line: Duplex;
  readonly #write: (bytes: Uint8Array, done?: () => void) => boolean;
  readonly #spare: Buffer[] = [];
  #buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #filledBytes = 0;
  #copied: Uint8Array[] = [];
  #isFlushDue = false;

  constructor(line: Duplex) {
    this.#line = line;
    this.#write = line.write.bind(line);
  }

  /** Copies the bytes. Their memory may be looked at until the packet is whole; ciphers add a code to it. */
  add(bytes: Uint8Array): boolean {
    for (let from = 0; from < bytes.length;) {
      const piece = bytes.subarray(from, from + BUFFER_BYTES - this.#filledBytes);
      this.#buffer.set(piece, this.#filledBytes);
      this.#filledBytes += piece.length;
      from += piece.length;
      if (this.#filledBytes === BUFFER_BYTES) this.flush();
    }
    if (bytes.length === bytes.buffer.byteLength) this.#copied.push(bytes);
    if (!this.#isFlushDue) {
      this.#isFlushDue = true;
      process.nextTick(() => {
        this.#isFlushDue = false;
        this.flush();
        this.releaseCopied();
      });
    }
    // ssh2 minds the windows of its channels, not this.
    return true;
  }

  flush(): void {
    const bytes = this.#buffer.subarray(0, this.#filledBytes);
    this.#filledBytes = 0;
    if (!this.#line.writable) return;
    if (bytes.length < WORTH_A_BUFFER_BYTES) {
      if (bytes.length > 0) this.#write(Buffer.from(bytes));
      return;
    }
    const sent = this.#buffer;
    this.#write(bytes, () => {
      if (this.#spare.length < MOST_SPARE) this.#spare.push(sent);
    });
    this.#buffer = this.#spare.pop() ?? Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  releaseCopied(): void {
    for (const bytes of this.#copied) release(bytes);
    this.#copied = [];
  }
}
