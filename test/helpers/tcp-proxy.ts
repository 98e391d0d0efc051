/** A loopback TCP proxy that a test can cut or freeze, to stand for a network that fails. */
import net from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Bytes that came to be passed on to the target so far. */
  readonly bytesTo: number;
  /** Ends every connection at once, as a broken line does. */
  cut(): void;
  /** Cuts as soon as so many more bytes have passed, to the target or from it; once. */
  cutAfter(bytes: number, direction: 'to' | 'from'): void;
  /** Passes nothing on any more, without ending anything; with a direction: nothing of that one. */
  freeze(direction?: 'to' | 'from'): void;
  stop(): Promise<void>;
}

/** @param delayMs how long every piece is on the way, in either direction: half a round trip */
export function startTcpProxy(targetPort: number, delayMs = 0): Promise<TcpProxy> {
  const sockets = new Set<net.Socket>();
  const frozen = new Set<'to' | 'from'>();
  let bytesTo = 0;
  let left: { bytes: number; direction: 'to' | 'from' } | undefined;
  const server = net.createServer((near) => {
    const far = net.connect(targetPort, '127.0.0.1');
    for (const [from, to, direction] of [
      [near, far, 'to'],
      [far, near, 'from'],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        if (direction === 'to') bytesTo += chunk.length;
        if (left?.direction === direction) left.bytes -= chunk.length;
        if (left && left.bytes < 0) {
          left = undefined;
          cut();
        } else if (!frozen.has(direction)) {
          // Timers of one length fire in the order in which they were set.
          if (delayMs > 0) setTimeout(() => to.write(chunk), delayMs);
          else to.write(chunk);
        }
      });
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        port: (server.address() as net.AddressInfo).port,
        get bytesTo() {
          return bytesTo;
        },
        cut,
        cutAfter: (bytes, direction) => {
          left = { bytes, direction };
        },
        freeze: (direction) => {
          for (const one of direction ? [direction] : (['to', 'from'] as const)) frozen.add(one);
        },
        stop: () => {
          cut();
          return new Promise((stopped) => server.close(() => stopped()));
        },
      });
    });
  });
}
