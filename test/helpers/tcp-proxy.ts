/** A loopback TCP proxy that a test can cut, freeze, slow down or have spoil bytes, to stand for a network that fails. */
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

const DIRECTIONS = ['to', 'from'] as const;
export type Direction = (typeof DIRECTIONS)[number];
/** How a line breaks: with a FIN, as when a program ends, or with an RST, as when a router forgot it. */
export type Break = 'end' | 'reset';

export interface TcpProxy {
  readonly port: number;
  /** Where connections lead that are made from now on. */
  targetPort: number;
  /** How long every piece is on the way, in either direction, from now on: half a round trip. */
  delayMs: number;
  /** How much passes to the target in a second, over all connections; undefined: as much as there is. */
  bytesPerSecond: number | undefined;
  /** Sees every piece before it is passed on, and may change its bytes. */
  onPiece: ((piece: Buffer, direction: Direction) => void) | undefined;
  /** Bytes that came to be passed on to the target so far. */
  readonly bytesTo: number;
  /** Connections made to it so far. */
  readonly connections: number;
  /** Ends every connection at once, as a broken line does. */
  cut(how?: Break): void;
  /** Cuts as soon as so many more bytes have passed, to the target or from it; once. */
  cutAfter(bytes: number, direction: Direction, how?: Break): void;
  /** Passes nothing on any more, without ending anything; with a direction: nothing of that one. */
  freeze(direction?: Direction): void;
  /** Passes everything on again, also what came meanwhile. */
  thaw(): void;
  stop(): Promise<void>;
}

/** @param delayMs how long every piece is on the way, in either direction: half a round trip */
export async function startTcpProxy(targetPort: number, delayMs = 0): Promise<TcpProxy> {
  const proxy = new FaultyProxy(targetPort, delayMs);
  await proxy.listen();
  return proxy;
}

class FaultyProxy implements TcpProxy {
  targetPort: number;
  delayMs: number;
  bytesPerSecond: number | undefined;
  onPiece: TcpProxy['onPiece'];
  bytesTo = 0;
  connections = 0;
  readonly #server = net.createServer((near) => this.#join(near));
  readonly #sockets = new Set<net.Socket>();
  #cutAt: { left: number; direction: Direction; how: Break } | undefined;
  /** What is waited for in a direction that is frozen. */
  readonly #thaws = new Map<Direction, { promise: Promise<void>; resolve: () => void }>();
  /** When the line is free for the next piece, by `performance.now()`. */
  #freeAt = 0;

  constructor(targetPort: number, delayMs: number) {
    this.targetPort = targetPort;
    this.delayMs = delayMs;
  }

  async listen(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
  }

  get port(): number {
    return (this.#server.address() as net.AddressInfo).port;
  }

  cut(how: Break = 'end'): void {
    for (const socket of this.#sockets) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  cutAfter(bytes: number, direction: Direction, how: Break = 'end'): void {
    this.#cutAt = { left: bytes, direction, how };
  }

  freeze(direction?: Direction): void {
    for (const one of direction ? [direction] : DIRECTIONS) {
      if (this.#thaws.has(one)) continue;
      let resolve = (): void => undefined;
      const promise = new Promise<void>((done) => (resolve = done));
      this.#thaws.set(one, { promise, resolve });
    }
  }

  thaw(): void {
    for (const { resolve } of this.#thaws.values()) resolve();
    this.#thaws.clear();
  }

  stop(): Promise<void> {
    this.cut();
    return new Promise((stopped) => this.#server.close(() => stopped()));
  }

  #join(near: net.Socket): void {
    this.connections += 1;
    const far = net.connect(this.targetPort, '127.0.0.1');
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    void this.#pass(near, far, 'to');
    void this.#pass(far, near, 'from');
  }

  async #pass(from: net.Socket, to: net.Socket, direction: Direction): Promise<void> {
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        if (this.#isCutBy(piece.length, direction)) return;
        await this.#thaws.get(direction)?.promise;
        if (direction === 'to') await this.#pace(piece.length);
        this.onPiece?.(piece, direction);
        await this.#later(() => to.write(piece), to);
      }
      await this.#thaws.get(direction)?.promise;
      await this.#later(() => to.end(), to);
    } catch {
      to.destroy();
    }
  }

  #isCutBy(bytes: number, direction: Direction): boolean {
    if (direction === 'to') this.bytesTo += bytes;
    if (this.#cutAt?.direction !== direction) return false;
    this.#cutAt.left -= bytes;
    if (this.#cutAt.left >= 0) return false;
    const { how } = this.#cutAt;
    this.#cutAt = undefined;
    this.cut(how);
    return true;
  }

  async #pace(bytes: number): Promise<void> {
    if (this.bytesPerSecond === undefined) return;
    const now = performance.now();
    this.#freeAt = Math.max(now, this.#freeAt) + (bytes / this.bytesPerSecond) * 1000;
    await wait(this.#freeAt - now);
  }

  /** Does it after the delay; without one waits for a reader that is behind. */
  async #later(send: () => unknown, to: net.Socket): Promise<void> {
    if (to.destroyed) throw new Error('its reader has gone');
    // Timers of one length fire in the order in which they were set.
    if (this.delayMs > 0) setTimeout(send, this.delayMs);
    else if (send() === false) await Promise.race([once(to, 'drain'), once(to, 'close')]);
  }
}
