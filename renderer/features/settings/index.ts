/** What other features and the app's frame may use of Settings. */
export { LockedScreen } from './locked-screen.tsx';
export { SecretsAction, SecretsBanner } from './secrets-action.tsx';
export { SettingsPlace } from './settings-place.tsx';
export { useSettings } from './store.ts';
