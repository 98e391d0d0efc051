/** What the places are called. */
import type { Place } from '../../shared/contract/names.ts';

export const PLACE_NAMES: Readonly<Record<Place, string>> = {
  send: 'Send',
  activity: 'Activity',
  vaults: 'Vaults',
  keys: 'Keys',
  connections: 'Connections',
  schedules: 'Schedules',
  settings: 'Settings',
};
