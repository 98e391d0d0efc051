/** The SDS tenants of this profile. */
import type { SdsTenant } from '../../../shared/domain/vault.ts';
import { createResource } from '../../bridge/resource.ts';
import { call } from '../../bridge/window-api.ts';

export const useTenants = createResource(() => call('sds.tenants.list', {}));

export function keepTenant(tenant: SdsTenant): void {
  const tenants = useTenants.getState().value ?? [];
  const isKnown = tenants.some((other) => other.id === tenant.id);
  useTenants.setState({
    value: isKnown
      ? tenants.map((other) => (other.id === tenant.id ? tenant : other))
      : [...tenants, tenant],
  });
}
