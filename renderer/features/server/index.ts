/** What other features may use of the account on a Sealift server. */
export { ServerPanel } from './server-panel.tsx';
