/**
 * Sets a property whose name comes from outside: `__proto__` must be an ordinary name. All others are
 * assigned, since objects that are made that way are several times as fast to make and to write as JSON.
 */
export function define<T>(target: Record<string, T>, name: string, value: T): void {
  if (name !== '__proto__') target[name] = value;
  else
    Object.defineProperty(target, name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
}
