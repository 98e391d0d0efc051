/** The schedules of the profile, and whether the app starts at login. */
import { createResource } from '../../bridge/resource.ts';
import { call, listen } from '../../bridge/window-api.ts';

export const useSchedules = createResource(() => call('schedules.list', {}));
export const useBackground = createResource(() => call('schedules.background', {}));

/** Follows all schedules for as long as the window lives; the answer ends it. */
export function followSchedules(): () => void {
  return listen('schedules.changed', () => void useSchedules.getState().load());
}
