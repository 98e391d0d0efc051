/** Made-up customers for a newcomer's first vault; names, numbers and places are invented. */

const NAMES = [
  ['Ada', 'Lindqvist'],
  ['Bruno', 'Okafor'],
  ['Chiara', 'Novak'],
  ['Dara', 'Ferreira'],
  ['Emeka', 'Haugen'],
  ['Freya', 'Marchetti'],
  ['Goran', 'Silva'],
  ['Hana', 'Petit'],
  ['Ivo', 'Brandt'],
  ['Jun', 'Moreau'],
  ['Kaia', 'Rossi'],
  ['Luca', 'Berg'],
] as const;
const REGIONS = ['north', 'south', 'east', 'west'] as const;

export const SAMPLE_RECORDS = NAMES.map(([first, last], index) => ({
  value: {
    name: `${first} ${last}`,
    email: `${first.toLowerCase()}@example.com`,
    phone: `+00 555 ${String(100 + index * 7)} ${String(2_000 + index * 131)}`,
    card: `**** **** **** ${String(1_000 + index * 613)}`,
  },
  meta: { region: REGIONS[index % REGIONS.length], since: 2015 + (index % 9) },
}));
