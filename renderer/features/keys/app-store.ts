/** The SDS apps with a key in this profile: summaries, never a private half. */
import type { SdsApp } from '../../../shared/domain/vault.ts';
import { createResource } from '../../bridge/resource.ts';
import { call } from '../../bridge/window-api.ts';

export const useApps = createResource(() => call('sds.apps.list', {}));

export function keepApp(app: SdsApp): void {
  const apps = useApps.getState().value ?? [];
  const isKnown = apps.some((other) => other.id === app.id);
  useApps.setState({
    value: isKnown ? apps.map((other) => (other.id === app.id ? app : other)) : [...apps, app],
  });
}
