/** Hosts of ~/.ssh/config as an offer: picking one fills in what the file says of it. Nothing is shown without hosts. */
import { useEffect, useState } from 'react';
import type { SshConfigOffer } from '../../../shared/domain/connection.ts';
import { jumpsText } from '../../../shared/domain/jump-hosts.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import type { ConnectionDraft } from './draft.ts';

interface SshConfigPickerProps {
  readonly onPick: (part: Partial<ConnectionDraft>) => void;
}

export function SshConfigPicker({ onPick }: SshConfigPickerProps) {
  const [offers, setOffers] = useState<readonly SshConfigOffer[]>([]);
  const [picked, setPicked] = useState<SshConfigOffer>();
  const list = useAction(() => call('connections.sshConfig', {}));
  const findKey = useAction((alias: string) => call('connections.sshConfigKey', { alias }));
  const { run } = list;
  useEffect(() => void run().then((found) => setOffers(found ?? [])), [run]);

  const pick = async (alias: string) => {
    const offer = offers.find((one) => one.alias === alias);
    setPicked(offer);
    if (offer === undefined) return;
    const { host, username } = offer;
    onPick({
      host,
      username,
      port: String(offer.port),
      name: alias,
      jumps: jumpsText(offer.jumps),
    });
    const found = await findKey.run(alias);
    if (found?.file !== undefined) onPick({ identity: { kind: 'file', file: found.file } });
  };

  if (list.error !== undefined) return <ErrorBox error={list.error} />;
  if (offers.length === 0) return null;
  return (
    <>
      <Select
        label="From ~/.ssh/config"
        value={picked?.alias ?? ''}
        options={[
          { value: '', label: 'Fill in by hand' },
          ...offers.map(({ alias }) => ({ value: alias, label: alias })),
        ]}
        onChange={(alias) => void pick(alias)}
      />
      {picked?.notes.map((note) => (
        <Notice key={note} tone="info" title={note} />
      ))}
      {findKey.error !== undefined ? <ErrorBox error={findKey.error} /> : null}
    </>
  );
}
