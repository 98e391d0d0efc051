/** What a permission allows, and the checks that every use of a vault goes through. */
import type { KeyObject } from 'node:crypto';
import type { Permission } from '../../shared/domain/sds.ts';
import { SdsFailure, notFound } from './failure.ts';

/** The app that signed a request. */
export interface Caller {
  readonly tenantId: string;
  readonly appId: string;
  readonly appName: string;
  readonly publicKey: KeyObject;
  /** The key in its sealed form: tells later whether it is still the current one. */
  readonly sealedKey: Uint8Array;
  /** Whether this request's signature was made in strict mode. */
  readonly isStrict: boolean;
}

/** A vault, with what the caller may do in it. */
export interface VaultForCaller {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly readLimit: number;
  readonly uniqueData: boolean;
  readonly isEnabled: boolean;
  /** Whether it takes requests signed in strict mode only. */
  readonly isStrict: boolean;
  /** The caller's; 000 when it has none. */
  readonly permission: Permission;
}

export type Need = 'write' | 'read';

/** How a reader gets content: as it was stored, or sealed to its key. */
export type ReadMode = 'decrypted' | 'encrypted';

export function canWrite(permission: Permission): boolean {
  return permission[0] === '1';
}

/** @returns undefined for an app that may not read */
export function readModeOf(permission: Permission): ReadMode | undefined {
  if (permission[1] === '1') return 'decrypted';
  return permission[2] === '1' ? 'encrypted' : undefined;
}

/**
 * The one gate to a vault's content: there, strict enough, permitted, enabled; in that order.
 * @param vault undefined: not there, or another tenant's
 * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN, VAULT_DISABLED
 */
export function requireUse(
  caller: Caller,
  vault: VaultForCaller | undefined,
  need: Need,
): VaultForCaller {
  if (!vault) throw notFound('vault');
  requireStrictness(caller, [vault]);
  requirePermission(vault, need);
  return vault;
}

/** @throws SdsFailure FORBIDDEN, VAULT_DISABLED */
export function requirePermission(
  vault: VaultForCaller,
  need: Need,
  additionalInfo: Readonly<Record<string, unknown>> = {},
): void {
  const { permission } = vault;
  const allowed = need === 'write' ? canWrite(permission) : readModeOf(permission) !== undefined;
  if (!allowed) {
    throw new SdsFailure('FORBIDDEN', `This app may not ${need} in the vault.`, additionalInfo);
  }
  if (!vault.isEnabled) {
    throw new SdsFailure('VAULT_DISABLED', 'The vault is disabled.', additionalInfo);
  }
}

/**
 * For the vault's configuration, which is its owner's alone.
 * @throws SdsFailure NOT_FOUND, STRICT_NEEDED, FORBIDDEN
 */
export function requireOwner<V extends VaultForCaller>(caller: Caller, vault: V | undefined): V {
  if (!vault) throw notFound('vault');
  requireStrictness(caller, [vault]);
  if (vault.ownerId !== caller.appId) {
    throw new SdsFailure('FORBIDDEN', 'Only the owner of a vault may see and change it.');
  }
  return vault;
}

/** @throws SdsFailure STRICT_NEEDED when one of the vaults asks for more than the caller's signature */
export function requireStrictness(caller: Caller, vaults: readonly VaultForCaller[]): void {
  if (!caller.isStrict && vaults.some((vault) => vault.isStrict)) throw strictNeeded();
}

export function strictNeeded(): SdsFailure {
  return new SdsFailure('STRICT_NEEDED', 'Sign this request in strict mode.', {
    required: 'strict',
  });
}
