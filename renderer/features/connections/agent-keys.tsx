/** The keys of the SSH agent: all are offered to the server, or one of them. */
import { useEffect, useState } from 'react';
import type { Output } from '../../../shared/contract/api.ts';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Select } from '../../ui/field.tsx';
import { Quiet } from '../../ui/page.tsx';

interface AgentKeysProps {
  /** Absent: all of them. */
  readonly sha256: string | undefined;
  readonly onChange: (sha256: string | undefined) => void;
}

const ALL = '';

export function AgentKeys({ sha256, onChange }: AgentKeysProps) {
  const [keys, setKeys] = useState<Output<'connections.agentKeys'>>();
  const list = useAction(() => call('connections.agentKeys', {}));
  const { run } = list;
  useEffect(() => void run().then(setKeys), [run]);
  if (list.error !== undefined) return <ErrorBox error={list.error} />;
  if (keys === undefined) return null;
  if (keys.length === 0) return <Quiet>The agent holds no key that Sealift can use.</Quiet>;
  return (
    <>
      <Select
        label="Key of the agent"
        value={sha256 ?? ALL}
        options={[
          {
            value: ALL,
            label: keys.length === 1 ? 'Whatever it holds' : `Any of its ${keys.length} keys`,
          },
          ...keys.map((key) => ({
            value: key.sha256,
            label: key.comment === '' ? key.sha256 : `${key.comment} (${key.sha256})`,
          })),
        ]}
        onChange={(chosen) => onChange(chosen === ALL ? undefined : chosen)}
      />
      <Quiet>
        The private key stays in the agent. Deliveries that run by themselves need it to be there.
      </Quiet>
    </>
  );
}
