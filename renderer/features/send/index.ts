/** What the app's frame may use of Send. */
export { SendPlace } from './send-place.tsx';
