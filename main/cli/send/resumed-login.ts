/** The login of a delivery that may be taken up by another process: where its secrets are, not what they are. */
import { resolve } from 'node:path';
import { ConnectionStore } from '../../delivery/connection-store.ts';
import { SshKeyStore } from '../../delivery/ssh-key-store.ts';
import type { SendSecrets } from '../../jobs/send-job.ts';
import type { LoginSource } from '../../jobs/send-records.ts';
import type { SecretStore } from '../../keys/secrets.ts';
import { openProfile } from '../../platform/profile.ts';
import type { CliContext } from '../outcome.ts';
import { openProfileSecrets } from '../profile-keys.ts';
import type { ProfileOptions } from '../profile-keys.ts';
import { readWay } from './login.ts';
import type { LoginOptions } from './login.ts';

export interface ResumeOptions extends ProfileOptions {
  readonly limitRate?: number;
  readonly identityPassphraseFile?: string;
}

/** Paths are made whole: it may be taken up from another folder. */
export function loginOf(options: LoginOptions): LoginSource {
  const { to, agent, agentKey, password, jump, connectTimeout, keepAlive } = options;
  const whole = (path: string | undefined) => (path === undefined ? undefined : resolve(path));
  return {
    ...{ kind: 'options', to, agent, agentKey, password, jump, connectTimeout, keepAlive },
    identity: whole(options.identity),
    identityPassphraseFile: whole(options.identityPassphraseFile),
    passwordFile: whole(options.passwordFile),
    sshConfig: whole(options.sshConfig),
  };
}

/** @throws AppError of `readWay`; of a connection those of `ConnectionStore.target` */
export async function openLogin(
  context: CliContext,
  login: LoginSource,
  options: ResumeOptions,
): Promise<SendSecrets> {
  if (login.kind === 'options') {
    const { identityPassphraseFile = login.identityPassphraseFile } = options;
    const given = { ...login, ...(identityPassphraseFile && { identityPassphraseFile }) };
    return (await readWay(context, given)).secrets;
  }
  const connections = await openConnections(context, options);
  const {
    host: _host,
    port: _port,
    username: _name,
    ...secrets
  } = await connections.target(login.id);
  return secrets;
}

/** The profile's connections. Secrets are opened only when one needs them. */
export async function openConnections(
  context: CliContext,
  options: ProfileOptions,
): Promise<ConnectionStore> {
  const profileDir = await openProfile();
  let opened: Promise<SecretStore> | undefined;
  const secrets = () => (opened ??= openProfileSecrets(context, options));
  return new ConnectionStore({
    profileDir,
    secrets,
    sshKeys: new SshKeyStore(profileDir, secrets),
  });
}
