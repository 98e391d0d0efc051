/**
 * SDS as its contract describes it, in one process's memory: who may do what, and what there is. It shares
 * nothing with the server. Every method that changes something says first why it would be refused; what
 * is refused changes nothing.
 */
/** The last four digits of an error's code. */
export const WHY = {
  invalid: '0002',
  readLimit: '0003',
  signature: '0104',
  strictNeeded: '0105',
  replayed: '0107',
  forbidden: '0201',
  disabled: '0202',
  link: '0203',
  notFound: '0301',
  nameTaken: '0401',
  notUnique: '0402',
  notEmpty: '0403',
} as const;
/** undefined: not at all. */
export type Why = (typeof WHY)[keyof typeof WHY] | undefined;

/** Who calls: an app, registered or not, and whether it signs in strict mode. */
export interface By {
  readonly app: string;
  readonly strict: boolean;
}

export interface Settings {
  readLimit: number;
  uniqueData: boolean;
  enable: boolean;
  strictSignature: boolean;
  permissions: readonly { readonly app: string; readonly permission: string }[];
}

export interface ModelVault extends Omit<Settings, 'permissions'> {
  id: string;
  name: string;
  owner: string;
  permissions: Map<string, string>;
}

export interface ModelRecord {
  readonly id: string;
  vault: ModelVault;
  /** Base64. */
  data: string;
  meta: unknown;
}

export interface ModelFile {
  readonly id: string;
  readonly vault: ModelVault;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly content: string;
}

export interface ModelLink {
  readonly link: string;
  readonly file: ModelFile;
  readonly app: string;
  readonly encrypted: boolean;
  /** Of encrypted content: its AES-128 key. */
  readonly key: Buffer | undefined;
}

export interface Changes {
  readonly data?: string;
  readonly meta?: unknown;
  readonly vault?: string;
}

const DEFAULTS = { readLimit: 1, uniqueData: false, enable: true, strictSignature: false };

export class Model {
  /** Ids by name. */
  readonly apps = new Map<string, string>();
  readonly vaults = new Map<string, ModelVault>();
  /** In the order in which they came to be; what was deleted is `gone`. */
  readonly records: ModelRecord[] = [];
  readonly gone: string[] = [];
  readonly files: ModelFile[] = [];
  readonly links: ModelLink[] = [];

  whyNotRegister(name: string): Why {
    return this.apps.has(name) ? WHY.nameTaken : undefined;
  }

  whyNotCreate(by: By, name: string, owner: string, settings: Partial<Settings>): Why {
    if (!this.apps.has(by.app)) return WHY.signature;
    if (owner !== by.app) return WHY.forbidden;
    if (settings.permissions?.some(({ app }) => !this.apps.has(app))) return WHY.notFound;
    return this.vaults.has(name) ? WHY.nameTaken : undefined;
  }

  create(id: string, name: string, owner: string, settings: Partial<Settings>): void {
    const { permissions = [], ...rest } = settings;
    const allowed = new Map(permissions.map(({ app, permission }) => [app, permission]));
    allowed.set(owner, '101');
    this.vaults.set(name, { ...DEFAULTS, ...rest, id, name, owner, permissions: allowed });
  }

  /** A vault's configuration is its owner's. */
  whyNotConfigure(by: By, vault: ModelVault | undefined): Why {
    if (!this.apps.has(by.app)) return WHY.signature;
    if (!vault) return WHY.notFound;
    if (vault.strictSignature && !by.strict) return WHY.strictNeeded;
    return vault.owner === by.app ? undefined : WHY.forbidden;
  }

  whyNotUpdate(by: By, vault: ModelVault | undefined, changes: Partial<Settings>): Why {
    if (!this.apps.has(by.app)) return WHY.signature;
    if (Object.keys(changes).length === 0) return WHY.invalid;
    const why = this.whyNotConfigure(by, vault);
    if (why || !vault) return why;
    if (changes.permissions?.some(({ app }) => !this.apps.has(app))) return WHY.notFound;
    if (changes.enable === false && vault.enable && !this.isEmpty(vault)) return WHY.notEmpty;
    const data = this.recordsIn(vault).map((record) => record.data);
    const repeats = new Set(data).size < data.length;
    return changes.uniqueData && !vault.uniqueData && repeats ? WHY.notUnique : undefined;
  }

  update(vault: ModelVault, { permissions, ...rest }: Partial<Settings>): void {
    Object.assign(vault, rest);
    if (!permissions) return;
    const own = vault.permissions.get(vault.owner)!;
    vault.permissions = new Map([
      [vault.owner, own],
      ...permissions.map(({ app, permission }) => [app, permission] as const),
    ]);
  }

  /** The vaults that an app sees in its list. */
  listed(by: By): ModelVault[] {
    return [...this.vaults.values()]
      .filter((vault) => vault.owner === by.app || this.permission(by, vault) !== '000')
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  whyNotUse(by: By, vault: ModelVault | undefined, need: 'read' | 'write'): Why {
    if (!this.apps.has(by.app)) return WHY.signature;
    if (!vault) return WHY.notFound;
    if (vault.strictSignature && !by.strict) return WHY.strictNeeded;
    if (!(need === 'write' ? this.mayWrite(by, vault) : this.mayRead(by, vault))) {
      return WHY.forbidden;
    }
    return vault.enable ? undefined : WHY.disabled;
  }

  whyNotStore(by: By, vault: ModelVault | undefined, data: string): Why {
    const why = this.whyNotUse(by, vault, 'write');
    return why ?? (this.repeated(vault!, data) ? WHY.notUnique : undefined);
  }

  whyNotChange(by: By, record: ModelRecord | undefined, changes: Changes): Why {
    if (!this.apps.has(by.app)) return WHY.signature;
    if (Object.keys(changes).length === 0) return WHY.invalid;
    if (!record) return WHY.notFound;
    const source = record.vault;
    const target = changes.vault === undefined ? source : this.vaults.get(changes.vault);
    if (!target) return WHY.notFound;
    if ([source, target].some((vault) => vault.strictSignature) && !by.strict) {
      return WHY.strictNeeded;
    }
    const why = this.whyNotUse(by, source, 'write') ?? this.whyNotUse(by, target, 'write');
    if (why) return why;
    return this.repeated(target, changes.data ?? record.data, record) ? WHY.notUnique : undefined;
  }

  change(record: ModelRecord, { vault, ...rest }: Changes): void {
    Object.assign(record, rest, vault !== undefined && { vault: this.vaults.get(vault)! });
  }

  /** @param records undefined: one that is not there. As a single read each, but all or none */
  whyNotReadAll(by: By, records: readonly (ModelRecord | undefined)[]): Why {
    if (!this.apps.has(by.app)) return WHY.signature;
    const vaults = records.flatMap((record) => (record ? [record.vault] : []));
    if (vaults.some((vault) => vault.strictSignature) && !by.strict) return WHY.strictNeeded;
    const limits = vaults.filter((vault) => this.mayRead(by, vault)).map((v) => v.readLimit);
    if (records.length > Math.min(...limits)) return WHY.readLimit;
    return records.map((record) => this.whyNotUse(by, record?.vault, 'read')).find(Boolean);
  }

  remove(record: ModelRecord): void {
    this.records.splice(this.records.indexOf(record), 1);
    this.gone.push(record.id);
  }

  removeFile(file: ModelFile): void {
    this.files.splice(this.files.indexOf(file), 1);
  }

  recordsIn(vault: ModelVault): ModelRecord[] {
    return this.records.filter((record) => record.vault === vault);
  }

  /** @param except the record that is about to have this data */
  repeated(vault: ModelVault, data: string, except?: ModelRecord): ModelRecord | undefined {
    if (!vault.uniqueData) return undefined;
    return this.recordsIn(vault).find((record) => record !== except && record.data === data);
  }

  filesIn(vault: ModelVault): ModelFile[] {
    return this.files.filter((file) => file.vault === vault);
  }

  /** A link works while the app may read in the way for which it was made. */
  whyNotFetch({ file, app, encrypted }: ModelLink): Why {
    const mode = this.permission({ app }, file.vault).slice(1);
    const isAllowed = this.files.includes(file) && mode === (encrypted ? '01' : '10');
    return isAllowed ? undefined : WHY.link;
  }

  permission({ app }: Pick<By, 'app'>, vault: ModelVault): string {
    return vault.permissions.get(app) ?? '000';
  }

  mayWrite(by: By, vault: ModelVault): boolean {
    return this.permission(by, vault).startsWith('1');
  }

  mayRead(by: By, vault: ModelVault): boolean {
    return this.permission(by, vault).slice(1) !== '00';
  }

  /** Reads come sealed to the reader's key. */
  isSealed(by: By, vault: ModelVault): boolean {
    return this.permission(by, vault)[1] === '0';
  }

  isEmpty(vault: ModelVault): boolean {
    return this.filesIn(vault).length === 0 && this.recordsIn(vault).length === 0;
  }
}
