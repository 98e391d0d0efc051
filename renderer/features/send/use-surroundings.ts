/** The key sets and connections that the wizard's choices point at. */
import { useMemo } from 'react';
import { useConnections } from '../connections/index.ts';
import { useKeys } from '../keys/index.ts';
import type { Surroundings } from './wizard.ts';

export function useSurroundings(): Surroundings {
  const keys = useKeys((state) => state.value);
  const connections = useConnections((state) => state.value);
  return useMemo(() => ({ keys: keys ?? [], connections: connections ?? [] }), [keys, connections]);
}
