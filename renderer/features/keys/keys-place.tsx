/** The Keys place: every OpenPGP key set of this profile and the three ways to get one, then the SDS app keys. */
import { Download, Import, Plus } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Page, Quiet, Row, Section, Stack } from '../../ui/page.tsx';
import { Working } from '../../ui/spinner.tsx';
import { AppsSection } from './apps-section.tsx';
import { ImportKeyDialog } from './import-key-dialog.tsx';
import { KeyCard } from './key-card.tsx';
import { MakeKeyDialog } from './make-key-dialog.tsx';
import { ReceiveKeyDialog } from './receive-key-dialog.tsx';
import { useDamagedKeys, useKeys } from './store.ts';

export function KeysPlace() {
  const { value: keys, error, load } = useKeys();
  const [open, setOpen] = useState<'make' | 'import' | 'receive'>();
  const close = () => setOpen(undefined);
  const { value: damaged, load: loadDamaged } = useDamagedKeys();
  useEffect(() => void load(), [load]);
  useEffect(() => void loadDamaged(), [loadDamaged, keys]);
  const actions = (
    <Row>
      <Button size="small" icon={<Download size={14} />} onPress={() => setOpen('receive')}>
        Receive…
      </Button>
      <Button size="small" icon={<Import size={14} />} onPress={() => setOpen('import')}>
        Import…
      </Button>
      <Button size="small" icon={<Plus size={14} />} onPress={() => setOpen('make')}>
        Make key set…
      </Button>
    </Row>
  );
  const isEmpty = keys?.length === 0 && (damaged ?? []).length === 0;
  return (
    <Page title="Keys">
      <Stack>
        <Section title="OpenPGP key sets" actions={actions}>
          {error !== undefined ? (
            <ErrorBox
              error={error}
              actions={<Button onPress={() => void load()}>Try again</Button>}
            />
          ) : null}
          {damaged?.map((one) => (
            <ErrorBox key={JSON.stringify(one.params)} error={one} />
          ))}
          {keys === undefined && error === undefined ? <Working>Reading the keys</Working> : null}
          {isEmpty ? (
            <Quiet>
              None yet. Files are sealed to a key set. Make one here, import one that you have, or
              receive one from a Sealift server.
            </Quiet>
          ) : null}
          {keys?.map((keySet) => (
            <KeyCard key={keySet.fingerprint} keySet={keySet} />
          ))}
        </Section>
        <AppsSection />
      </Stack>
      {open === 'make' ? <MakeKeyDialog onClose={close} onDone={close} /> : null}
      {open === 'import' ? <ImportKeyDialog onClose={close} onDone={close} /> : null}
      {open === 'receive' ? <ReceiveKeyDialog onClose={close} onDone={close} /> : null}
    </Page>
  );
}
