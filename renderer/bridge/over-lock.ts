/**
 * What is handed over to the window when a lock loads it anew: in its history entry, which is never on the disk.
 * Places and ids, no value of a record.
 */

export function keepOverLock(name: string, what: unknown): void {
  history.replaceState({ ...kept(), [name]: what }, '');
}

/** Once: the next time it is undefined. */
export function takeKept(name: string): unknown {
  const { [name]: what, ...others } = kept();
  history.replaceState(others, '');
  return what;
}

function kept(): Readonly<Record<string, unknown>> {
  return (history.state ?? {}) as Record<string, unknown>;
}
