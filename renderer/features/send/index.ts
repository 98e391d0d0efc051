/** What others may use of Send. */
export { SendPlace } from './send-place.tsx';
export { useTemplates } from './templates.ts';
