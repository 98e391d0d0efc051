/** The calls about connections: part of the contract in `schemas.ts`, under the same rules. A secret only goes in. */
import { z } from 'zod';
import { MOST_JUMPS } from '../domain/jump-hosts.ts';
import * as domain from './domain-schemas.ts';
import { fileRef } from './domain-schemas.ts';

const nothing = z.strictObject({});
const text = (max: number) => z.string().max(max);
const id = z.uuid();
const secret = text(1024);
const address = {
  host: text(253).min(1),
  port: z.number().int().min(1).max(65_535),
  username: text(256).min(1),
};
const sshKey = z.object({ sha256: z.string(), publicLine: z.string(), comment: z.string() });
const saved = z.object({ savedAs: z.string().nullable() });

/** A step of a test, as soon as it is known. */
export const connectionTested = z.object({ id: z.string(), step: domain.probeStep });

export const connectionInvokes = {
  'connections.list': { input: nothing, output: z.array(domain.connection) },
  'connections.save': {
    input: z.strictObject({
      /** Absent: a new connection. */
      id: id.optional(),
      name: text(200).min(1),
      ...address,
      directory: text(4096),
      /** `keep` leaves the identity of an existing connection as it is. */
      identity: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('file'), handle: z.uuid() }),
        z.strictObject({ kind: z.literal('stored'), sha256: text(100) }),
        z.strictObject({ kind: z.literal('agent'), sha256: text(100).optional() }),
        z.strictObject({ kind: z.literal('password') }),
        z.strictObject({ kind: z.literal('keep') }),
      ]),
      passphrase: secret.optional(),
      /** Whether a password may be told to the server. */
      allowsPassword: z.boolean(),
      /** Absent: the one kept before. */
      password: secret.optional(),
      jumps: z.array(z.strictObject(address)).max(MOST_JUMPS),
      habits: domain.connectionHabits.strict(),
      console: z
        .strictObject({
          url: z.url().max(2_000),
          account: text(200),
          /** Absent: the token kept before. */
          adminToken: text(4_096).optional(),
        })
        .optional(),
    }),
    output: domain.connection,
  },
  'connections.remove': { input: z.strictObject({ id }), output: nothing },
  'connections.test': {
    input: z.strictObject({ id }),
    output: z.object({
      steps: z.array(domain.probeStep),
      /** The host key that a server of the way showed, when it is not the pinned one. */
      presented: domain.presentedKey.optional(),
      error: domain.errorView.optional(),
    }),
  },
  'connections.sshConfig': {
    /** Hosts of the user's ~/.ssh/config; none where there is no such file. */
    input: nothing,
    output: z.array(domain.sshConfigOffer),
  },
  'connections.sshConfigKey': {
    /** The key file that the host of this alias names; absent where it names none that is there. */
    input: z.strictObject({ alias: text(1_000) }),
    output: z.object({ file: fileRef.optional() }),
  },
  'connections.agentKeys': {
    input: nothing,
    output: z.array(z.object({ sha256: z.string(), type: z.string(), comment: z.string() })),
  },
  'connections.pinHostKey': {
    /** Pins the key shown by the last test; refused while another one is pinned. */
    input: z.strictObject({ id, sha256: text(100) }),
    output: domain.connection,
  },
  'connections.forgetHostKey': { input: z.strictObject({ id }), output: domain.connection },
  'connections.publicKey': { input: z.strictObject({ id }), output: sshKey },
  'connections.savePublicKey': { input: z.strictObject({ id }), output: saved },
  'connections.leftBehind': { input: z.strictObject({ id }), output: z.array(domain.leftBehind) },
  'connections.removeLeftBehind': {
    input: z.strictObject({ id, names: z.array(text(1_000)).max(100_000) }),
    output: z.object({ removed: z.number().int().nonnegative() }),
  },
} as const;
