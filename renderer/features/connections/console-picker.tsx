/** Which connection's console is meant: those beside a Sealift server have one. */
import { useMemo } from 'react';
import type { Connection } from '../../../shared/domain/connection.ts';
import { useNavigation } from '../../bridge/navigation.ts';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useConnections } from './store.ts';

export function useConsoleConnections(): readonly Connection[] {
  const connections = useConnections((state) => state.value);
  return useMemo(
    () => (connections ?? []).filter((connection) => connection.console !== undefined),
    [connections],
  );
}

interface ConsolePickerProps {
  readonly value: string | undefined;
  readonly onChange: (connectionId: string) => void;
  /** Called before the window goes to Connections, where a missing console can be added. */
  readonly onLeave: () => void;
}

export function ConsolePicker({ value, onChange, onLeave }: ConsolePickerProps) {
  const connections = useConsoleConnections();
  const go = useNavigation((state) => state.go);
  if (value === undefined) {
    const leave = () => {
      onLeave();
      go('connections');
    };
    return (
      <Notice
        tone="info"
        title="No connection has a console address"
        actions={
          <Button size="small" onPress={leave}>
            Open Connections
          </Button>
        }
      >
        <p>Add the address and token of a Sealift server to a connection, or start Practice.</p>
      </Notice>
    );
  }
  return (
    <Select
      label="Server"
      value={value}
      options={connections.map((connection) => ({
        value: connection.id,
        label: `${connection.name} (${connection.console?.url ?? ''})`,
      }))}
      onChange={onChange}
    />
  );
}
