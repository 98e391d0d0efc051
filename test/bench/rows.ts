/** A CSV of realistic rows: events of a shop, the same bytes each time. */
import { open } from 'node:fs/promises';

const MIB = 1024 * 1024;
const ROWS_AT_ONCE = 5_000;
const HEADER = 'identity,email,phone,evtName,ts,product,category,price,quantity,city,session\r\n';

const words = (text: string): readonly string[] => text.split(' ');
const FIRST = words(
  'Ada Ben Carla Dmitri Elena Farid Grace Hiro Ines Jonas Kavya Liam Mei Noor Olga Priya Rosa Sven Tara Zoë',
);
const LAST = words(
  'Adams Bauer Costa Dubois Eriksen Fischer Garcia Haddad Ito Jensen Kumar Lopez Müller Okafor Patel Rossi Weber',
);
const EVENTS = ['Product Viewed', 'Added To Cart', 'Bought', 'Searched', 'Wishlist Updated'];
const CITIES = words('Berlin Paris Mumbai Lagos Lima Osaka Madrid Oslo Toronto Austin Nairobi');
const CATEGORIES = words('Books Shoes Garden Toys Audio Kitchen Sports Beauty');
const KINDS = words('Classic Pro Mini Max Eco');
const COLOURS = words('red blue black green');

/** @returns the number of rows */
export async function writeRows(path: string, mib: number): Promise<number> {
  const file = await open(path, 'w');
  const random = new Random();
  try {
    let bytes = (await file.write(HEADER)).bytesWritten;
    let rows = 0;
    while (bytes < mib * MIB) {
      const block = Array.from({ length: ROWS_AT_ONCE }, () => row(random, (rows += 1))).join('');
      bytes += (await file.write(block)).bytesWritten;
    }
    return rows;
  } finally {
    await file.close();
  }
}

function row(random: Random, index: number): string {
  const first = random.pick(FIRST);
  const last = random.pick(LAST);
  const product = `${random.pick(CATEGORIES)} ${random.pick(KINDS)} ${random.below(9000)}, ${random.pick(COLOURS)}`;
  return `${[
    `user-${100_000 + random.below(900_000)}`,
    `${first}.${last}${random.below(1000)}@example.com`.toLowerCase(),
    `+49${1_000_000_000 + random.below(9_000_000_000)}`,
    random.pick(EVENTS),
    1_760_000_000 + 3 * index + random.below(3),
    `"${product}"`,
    random.pick(CATEGORIES),
    (random.below(50_000) / 100).toFixed(2),
    1 + random.below(5),
    random.pick(CITIES),
    random.hex() + random.hex(),
  ].join(',')}\r\n`;
}

/** xorshift32: the rows are the same on every machine. */
class Random {
  #state = 12345;

  below(count: number): number {
    return Math.floor((this.#next() / 2 ** 32) * count);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }

  hex(): string {
    return this.#next().toString(16).padStart(8, '0');
  }

  #next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return state >>> 0;
  }
}
