/** The order in which queued jobs begin. Knows ids only. */
export class JobQueue {
  readonly #ids: string[] = [];

  add(id: string): void {
    this.#ids.push(id);
  }

  /** Before all others. */
  addFirst(id: string): void {
    this.#ids.unshift(id);
  }

  /** Nothing where it is not in the queue. */
  remove(id: string): void {
    const index = this.#ids.indexOf(id);
    if (index >= 0) this.#ids.splice(index, 1);
  }

  clear(): void {
    this.#ids.length = 0;
  }

  /** Takes out the first that may begin. */
  take(mayBegin: (id: string) => boolean): string | undefined {
    const id = this.#ids.find(mayBegin);
    if (id !== undefined) this.remove(id);
    return id;
  }

  /** Lets it change places with its neighbour among those that count; nothing where it has none. */
  move(id: string, way: 'sooner' | 'later', counts: (id: string) => boolean): void {
    const among = this.#ids.filter(counts);
    const other = among[among.indexOf(id) + (way === 'sooner' ? -1 : 1)];
    if (other === undefined || !among.includes(id)) return;
    const [from, to] = [this.#ids.indexOf(id), this.#ids.indexOf(other)];
    this.#ids[from] = other;
    this.#ids[to] = id;
  }

  /** Those that count, in their order. */
  among(counts: (id: string) => boolean): readonly string[] {
    return this.#ids.filter(counts);
  }
}
