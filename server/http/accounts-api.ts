/** Accounts, their SSH keys and their OpenPGP key sets. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import { checkSharedKeys, generateKeySet } from '../crypto/pgp-key-sets.ts';
import { log } from '../log.ts';
import { readPublicKey } from '../sftp/public-key.ts';
import type { Store } from '../store/index.ts';
import {
  createRoute,
  errors,
  gone,
  json,
  jsonBody,
  makeRouter,
  notFound,
  requireAccount,
} from './routes.ts';
import * as schemas from './schemas.ts';

export function accountsApi(store: Store): OpenAPIHono {
  const api = makeRouter();
  addAccounts(api, store);
  addSshKeys(api, store);
  addPgpKeys(api, store);
  return api;
}

function addAccounts(api: OpenAPIHono, store: Store): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts',
      summary: 'Make an account',
      request: { body: jsonBody(schemas.newAccountSchema) },
      responses: { 201: json(schemas.accountSchema), ...errors() },
    }),
    async (context) => {
      const account = await store.accounts.create(context.req.valid('json').email);
      log.info('account.created', { account: account.id });
      return context.json(account, 201);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts',
      summary: 'All accounts',
      responses: { 200: json(schemas.accountListSchema), ...errors() },
    }),
    async (context) => context.json({ items: await store.accounts.list() }, 200),
  );
}

function addSshKeys(api: OpenAPIHono, store: Store): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/ssh-keys',
      summary: 'Register an SSH public key; at most ten',
      request: { params: schemas.accountParams, body: jsonBody(schemas.newSshKeySchema) },
      responses: { 201: json(schemas.sshKeySchema), ...errors(404, 409) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      const { name, publicKey } = context.req.valid('json');
      const key = await store.accounts.addSshKey(id, { name, ...readPublicKey(publicKey) });
      log.info('ssh-key.registered', { account: id, sha256: key.sha256 });
      await note(store, id, `The SSH key ${key.sha256} was registered.`);
      return context.json(key, 201);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/ssh-keys',
      summary: 'Registered SSH keys',
      request: { params: schemas.accountParams },
      responses: { 200: json(schemas.sshKeyListSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      return context.json({ items: await store.accounts.sshKeys(id) }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'delete',
      path: '/accounts/{id}/ssh-keys/{sshKeyId}',
      summary: 'Remove an SSH key',
      request: { params: schemas.sshKeyParams },
      responses: { ...gone, ...errors(404) },
    }),
    async (context) => {
      const { id, sshKeyId } = context.req.valid('param');
      await requireAccount(store, id);
      if (!(await store.accounts.removeSshKey(id, sshKeyId))) throw notFound('SSH key');
      await note(store, id, 'An SSH key was removed.');
      return context.body(null, 204);
    },
  );
}

function addPgpKeys(api: OpenAPIHono, store: Store): void {
  api.openapi(
    createRoute({
      method: 'post',
      path: '/accounts/{id}/pgp-keys',
      summary: 'Share a key set, or have one made; at most twenty',
      description: 'For `generate` the private key and passphrase are in the answer, this once.',
      request: { params: schemas.accountParams, body: jsonBody(schemas.newPgpKeySchema) },
      responses: { 201: json(schemas.newPgpKeyResultSchema), ...errors(404, 409) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      await store.pgpKeys.requirePlace(id);
      const body = context.req.valid('json');
      const made = 'generate' in body;
      const keySet = made
        ? await generateKeySet({
            name: body.generate.name,
            email: body.generate.email,
            comment: body.generate.comment,
            type: body.generate.type ?? 'rsa3072',
          })
        : await checkSharedKeys(body);
      const { keyId, fingerprint, publicKey } = await store.pgpKeys.add(id, keySet);
      log.info('pgp-key.registered', { account: id, keyId, fingerprint });
      await note(store, id, `A key set was ${made ? 'made' : 'registered'}: Key ID ${keyId}.`);
      const secrets = { privateKey: keySet.privateArmored, passphrase: keySet.passphrase };
      return context.json({ keyId, fingerprint, publicKey, ...(made && secrets) }, 201);
    },
  );
  api.openapi(
    createRoute({
      method: 'get',
      path: '/accounts/{id}/pgp-keys',
      summary: 'Registered key sets, public halves only',
      request: { params: schemas.accountParams },
      responses: { 200: json(schemas.pgpKeyListSchema), ...errors(404) },
    }),
    async (context) => {
      const { id } = await requireAccount(store, context.req.valid('param').id);
      return context.json({ items: await store.pgpKeys.list(id) }, 200);
    },
  );
  api.openapi(
    createRoute({
      method: 'delete',
      path: '/accounts/{id}/pgp-keys/{keyId}',
      summary: 'Remove a key set',
      request: { params: schemas.keyParams },
      responses: { ...gone, ...errors(404) },
    }),
    async (context) => {
      const { id, keyId } = context.req.valid('param');
      await requireAccount(store, id);
      if (!(await store.pgpKeys.remove(id, keyId))) throw notFound('key set');
      await note(store, id, `The key set with the Key ID ${keyId} was removed.`);
      return context.body(null, 204);
    },
  );
}

function note(store: Store, accountId: string, message: string): Promise<void> {
  return store.activity.note(accountId, { kind: 'account', message });
}
