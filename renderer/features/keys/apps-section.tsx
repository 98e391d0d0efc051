/** The SDS apps among the keys. */
import { Import, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useNavigation } from '../../bridge/navigation.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Quiet, Row, Section } from '../../ui/page.tsx';
import { useTenants } from '../connections/index.ts';
import { AppCard } from './app-card.tsx';
import { ImportAppDialog, MakeAppDialog } from './app-dialogs.tsx';
import { useApps } from './app-store.ts';

export function AppsSection() {
  const { value: apps, error, load } = useApps();
  const { value: tenants, load: loadTenants } = useTenants();
  const go = useNavigation((state) => state.go);
  const [open, setOpen] = useState<'make' | 'import'>();
  const close = () => setOpen(undefined);
  useEffect(() => {
    void load();
    void loadTenants();
  }, [load, loadTenants]);
  const lacksTenant = tenants?.length === 0;
  const actions = (
    <Row>
      <Button
        size="small"
        icon={<Import size={14} />}
        isDisabled={lacksTenant}
        onPress={() => setOpen('import')}
      >
        Import app key…
      </Button>
      <Button
        size="small"
        icon={<Plus size={14} />}
        isDisabled={lacksTenant}
        onPress={() => setOpen('make')}
      >
        Make app key…
      </Button>
    </Row>
  );
  return (
    <Section title="SDS app keys" actions={actions}>
      {error !== undefined ? (
        <ErrorBox error={error} actions={<Button onPress={() => void load()}>Try again</Button>} />
      ) : null}
      {lacksTenant ? (
        <Row>
          <Quiet>An app belongs to a tenant of an SDS service, and there is none here yet.</Quiet>
          <Button size="small" onPress={() => go('connections')}>
            Open Connections
          </Button>
        </Row>
      ) : null}
      {apps?.length === 0 && !lacksTenant ? (
        <Quiet>
          None yet. An app signs what is asked of SDS with its RSA key, and vaults say what each app
          may do.
        </Quiet>
      ) : null}
      {apps?.map((app) => (
        <AppCard key={app.id} app={app} />
      ))}
      {open === 'make' ? <MakeAppDialog onClose={close} onDone={close} /> : null}
      {open === 'import' ? <ImportAppDialog onClose={close} onDone={close} /> : null}
    </Section>
  );
}
