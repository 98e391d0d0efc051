// @ts-check
// Preloaded by `NODE_OPTIONS=--import`: moves what JavaScript takes for the time, by the milliseconds that the file
// SEALIFT_CLOCK_FILE holds, while the program runs. Times of files, and timers, keep to the kernel's clocks.
import { readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 20;
const RealDate = Date;
let offsetMs = 0;

function look() {
  try {
    offsetMs = Number(readFileSync(process.env['SEALIFT_CLOCK_FILE'] ?? '', 'utf8')) || 0;
  } catch {
    // No step yet.
  }
}

globalThis.Date = /** @type {DateConstructor} */ (
  new Proxy(RealDate, {
    construct(target, args, self) {
      const given = args.length === 0 ? [RealDate.now() + offsetMs] : args;
      return Reflect.construct(target, given, self === globalThis.Date ? target : self);
    },
    apply: () => new RealDate(RealDate.now() + offsetMs).toString(),
    get: (target, name) =>
      name === 'now' ? () => RealDate.now() + offsetMs : Reflect.get(target, name),
  })
);

look();
setInterval(look, LOOK_EVERY_MS).unref();
