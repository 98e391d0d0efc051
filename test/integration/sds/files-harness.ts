/** Uploads and downloads as clients make them, for the tests of files. */
import { createHash } from 'node:crypto';
import { request } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Answer, TestApp, TestTenant } from '../../helpers/sds.ts';

const BASE = '/core/api/v1/sds';

export interface Download {
  readonly type: 'FILE' | 'URL';
  readonly link: string;
  readonly expiresAt: string;
  readonly encrypted: boolean;
  readonly secret?: string;
}

export interface FileInfo {
  readonly id: string;
  readonly vault: string;
  readonly type: 'FILE' | 'URL';
  readonly status: 'PENDING' | 'COMPLETED' | 'FAILED';
  readonly error?: string;
  readonly name: string;
  readonly description?: string;
  readonly tags: Record<string, string>;
  readonly size?: number;
}

type Accepted = Answer<{ id: string; status: string }>;

/** @param body as it is sent */
export async function send(
  tenant: TestTenant,
  app: TestApp,
  path: string,
  body: RequestInit['body'],
  headers: Record<string, string> = {},
  strict = false,
): Promise<Accepted> {
  const target = `${BASE}${path}`;
  const response = await fetch(`${tenant.http}${target}`, {
    method: 'POST',
    headers: { ...tenant.headers(app, 'POST', target, '', { strict }, true), ...headers },
    body: body ?? null,
    duplex: 'half',
  } as RequestInit);
  const answer = (await response.json()) as Omit<Accepted, 'status' | 'headers'>;
  return { ...answer, status: response.status, headers: response.headers };
}

export function sendRaw(
  tenant: TestTenant,
  app: TestApp,
  fields: Record<string, string>,
  body: RequestInit['body'],
  headers: Record<string, string> = { 'Content-Type': 'application/octet-stream' },
): Promise<Accepted> {
  return send(tenant, app, `/files?${new URLSearchParams(fields)}`, body, headers);
}

export function sendForm(
  tenant: TestTenant,
  app: TestApp,
  fields: Record<string, string>,
  content: Blob,
  fileName?: string,
): Promise<Accepted> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  if (fileName === undefined) form.append('file', content);
  else form.append('file', content, fileName);
  return send(tenant, app, '/files', form);
}

/** A form written out, for what FormData does not make. */
export function formText(parts: readonly (readonly [head: string, body: string])[]): string {
  return `${parts.map(([head, body]) => `--x\r\n${head}\r\n\r\n${body}\r\n`).join('')}--x--\r\n`;
}

export const FORM_TYPE = { 'Content-Type': 'multipart/form-data; boundary=x' };

export function field(name: string): string {
  return `Content-Disposition: form-data; name="${name}"`;
}

export const FILE_PART =
  'Content-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain';

/** Starts an upload of raw content whose body the test writes. */
export function openUpload(
  tenant: TestTenant,
  app: TestApp,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): { request: ClientRequest; answer: Promise<{ status: number; text: string }> } {
  const target = `${BASE}/files?${new URLSearchParams(fields)}`;
  const sent = request(`${tenant.http}${target}`, {
    method: 'POST',
    headers: {
      ...tenant.headers(app, 'POST', target, '', {}, true),
      'Content-Type': 'application/octet-stream',
      ...headers,
    },
  });
  const answer = new Promise<{ status: number; text: string }>((resolve, reject) => {
    sent.once('error', reject);
    sent.once('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
  });
  answer.catch(() => undefined);
  return { request: sent, answer };
}

export async function linkTo(tenant: TestTenant, app: TestApp, id: string): Promise<Download> {
  return (await tenant.must<Download>(app, 'GET', `/files/${id}/download`)).data;
}

export async function listFiles(
  tenant: TestTenant,
  app: TestApp,
  query: string,
): Promise<FileInfo[]> {
  return (await tenant.must<{ items: FileInfo[] }>(app, 'GET', `/files?${query}`)).data.items;
}

export interface Fetched {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Fetches as it is, without what `fetch` does of its own. */
export function get(
  link: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Fetched> {
  return new Promise((resolve, reject) => {
    const sent = request(link, { method, headers }, (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      response.on('data', (chunk: Buffer) => parts.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers: given } = response;
        resolve({ status, headers: given, body: Buffer.concat(parts) });
      });
    });
    sent.once('error', reject);
    sent.end();
  });
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
