/** What other features may use of Schedules. */
export { SchedulesPlace } from './schedules-place.tsx';
export { followSchedules } from './store.ts';
