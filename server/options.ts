/** The server's command line: parsed, checked, and explained. */
import { parseArgs } from 'node:util';
import { LIMITS } from '../shared/domain/manifest.ts';
import { UsageError } from './failure.ts';
import { readRelay } from './mail/relay.ts';
import type { RelayOptions } from './mail/relay.ts';

/** Sizes at which an import is refused, in bytes. */
export interface ImportLimits {
  /** A sealed file must be smaller than this. */
  readonly sealedBytes: number;
  /** Opened data may have at most this many bytes. */
  readonly openedBytes: number;
  readonly recordBytes: number;
}

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Files of Secure Data Storage. */
export interface FileOptions {
  /** Where content lies; absent: within the data folder. */
  readonly folder: string | undefined;
  /** At a time. */
  readonly maxUploads: number;
  readonly maxDownloads: number;
  /** How long a transfer may stand still. */
  readonly idleMs: number;
  /** How long a download link works when nobody says. */
  readonly linkSeconds: number;
  /** How clients reach this server: scheme, host and port. */
  readonly publicUrl: string | undefined;
}

/** Secure Data Storage. */
export interface SdsOptions {
  /** Every signature must be one of strict mode. */
  readonly alwaysStrict: boolean;
  /** To move a record, an app must be able to read it. */
  readonly safeMoves: boolean;
  /** Requests a second of one tenant. */
  readonly requestsPerSecond: number;
  /** Make the demo's apps, vaults and records. */
  readonly seedDemo: boolean;
  readonly files: FileOptions;
}

export interface ServerOptions {
  readonly host: string;
  readonly httpPort: number;
  readonly sftpPort: number;
  readonly smtpPort: number;
  /** Absent: a temporary folder, removed at exit. */
  readonly dataDir: string | undefined;
  readonly masterKeyFile: string | undefined;
  readonly masterKeyValue: string | undefined;
  readonly databaseUrl: string | undefined;
  /** Of the account that is made at the first start. */
  readonly email: string;
  readonly printSecrets: boolean;
  readonly allowPlain: boolean;
  readonly plainFailedRows: boolean;
  readonly silentManifestErrors: boolean;
  /** Between two "still processing" mails of one import. */
  readonly processingMailIntervalMs: number;
  /** Whether customers may name private addresses to connect to. */
  readonly allowPrivateTargets: boolean;
  readonly sds: SdsOptions;
  /** Requests under way at a time; one more is told to come again. */
  readonly maxRequests: number;
  /** Absent: no mail leaves this machine. */
  readonly relay: RelayOptions | undefined;
  readonly exitWithParent: boolean;
  readonly tls: TlsFiles | undefined;
  readonly limits: ImportLimits;
}

const PROCESSING_MAIL_INTERVAL_S = 2 * 60 * 60;
const SDS_REQUESTS_PER_SECOND = 5000;
const MAX_REQUESTS = 256;
const MAX_UPLOADS = 32;
const MAX_DOWNLOADS = 128;
const IDLE_S = 60;
const MAX_IDLE_S = 3600;
/** Of download links, in seconds. */
const LINK = { min: 60, max: 604_800, default: 900 };

export const HELP = `Usage: sealift server [options]

The bundled server: SFTP drop-off, decryption, ingestion, mail, the console API, and
Secure Data Storage (SDS).
Prints one line of JSON on stdout when it is ready; logs go to stderr.

  --host HOST               address to listen on (default 127.0.0.1)
  --http PORT               console API and SDS (default 0: any free port)
  --sftp PORT               SFTP (default 0)
  --smtp PORT               the mail sink, always on loopback (default 0)
  --data DIR                keep everything in DIR (default: a temporary folder)
  --master-key FILE         32 bytes as hex or base64, mode 0600 (or env SEALIFT_MASTER_KEY;
                            default: DIR.master-key, made at the first start)
  --email ADDRESS           of the account made at the first start
                            (default practice@sealift.example)
  --print-secrets           put the admin token and the SDS client secret on the ready
                            line as well
  --allow-plain             accept data files that are not encrypted
  --plain-failed-rows       mail failed rows of encrypted imports unencrypted
  --silent-manifest-errors  answer a broken manifest with silence, as the platform does
  --processing-mail-interval SECONDS
                            how often a long import is mailed about
                            (default ${PROCESSING_MAIL_INTERVAL_S})
  --smtp-relay URL          also send mail on, to addresses that were confirmed for the
                            account: smtps://user@host[:port], or smtp:// with STARTTLS
                            (with a password: in env SEALIFT_SMTP_RELAY)
  --mail-from ADDRESS       from which mail through the relay comes
  --allow-private-targets   webhooks and sources may lie in private networks (on
                            while HOST is on loopback)
  --allow-remote            listen beyond loopback; needs TLS from one of:
    --tls-cert FILE --tls-key FILE
    --behind-tls-proxy
  --max-sealed-bytes N      a sealed file must be smaller (default ${LIMITS.sealedBytes})
  --max-opened-bytes N      opened data, at most (default ${LIMITS.openedBytes})
  --max-record-bytes N      one record, at most (default ${LIMITS.recordBytes})
  --seed demo               make two apps, three vaults and 2,000 records in SDS to try
                            with; the apps' private keys are named in the credentials
                            file
  --sds-strict              take signatures of SDS in strict mode only
  --sds-safe-moves          moving a record needs a read bit in the vault it leaves
  --sds-rate N              SDS requests a second of one tenant
                            (default ${SDS_REQUESTS_PER_SECOND}); more are answered 429
  --sds-files DIR           keep the content of files in DIR; servers on one database
                            share it (default: within the data folder)
  --sds-uploads N           uploads at a time (default ${MAX_UPLOADS}); more are answered 503
  --sds-downloads N         downloads at a time (default ${MAX_DOWNLOADS}); more are answered 503
  --sds-idle SECONDS        how long a transfer may stand still (default ${IDLE_S})
  --sds-link-seconds N      how long a download link works when nobody says
                            (default ${LINK.default})
  --public-url URL          how clients reach this server, for download links (default:
                            as their requests say)
  --max-requests N          HTTP requests at a time (default ${MAX_REQUESTS}); more are
                            answered 503
  --exit-with-parent        stop when standard input closes
  --help                    this text

DATABASE_URL names a PostgreSQL to use in place of the embedded database; it needs --data.
`;

/** A week: longer intervals do not fit a timer of Node for long. */
const MAX_INTERVAL_S = 7 * 24 * 60 * 60;
const DEFAULT_EMAIL = 'practice@sealift.example';

/**
 * Reads the command line and the environment.
 * @returns `'help'` when help was asked for.
 * @throws UsageError
 */
export function readOptions(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): ServerOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  const databaseUrl = env.DATABASE_URL || undefined;
  if (databaseUrl !== undefined && values.data === undefined) {
    throw new UsageError('DATABASE_URL needs --data DIR: keys and uploads are kept there');
  }
  const host = values.host ?? '127.0.0.1';
  return {
    host,
    httpPort: port('--http', values.http),
    sftpPort: port('--sftp', values.sftp),
    smtpPort: port('--smtp', values.smtp),
    dataDir: values.data,
    masterKeyFile: values['master-key'],
    masterKeyValue: env.SEALIFT_MASTER_KEY || undefined,
    databaseUrl,
    email: values.email ?? DEFAULT_EMAIL,
    printSecrets: values['print-secrets'] ?? false,
    allowPlain: values['allow-plain'] ?? false,
    plainFailedRows: values['plain-failed-rows'] ?? false,
    silentManifestErrors: values['silent-manifest-errors'] ?? false,
    processingMailIntervalMs:
      1000 *
      seconds('--processing-mail-interval', values['processing-mail-interval'], {
        min: 1,
        max: MAX_INTERVAL_S,
        default: PROCESSING_MAIL_INTERVAL_S,
      }),
    allowPrivateTargets: values['allow-private-targets'] ?? isLoopback(host),
    sds: {
      seedDemo: isDemo(values.seed),
      alwaysStrict: values['sds-strict'] ?? false,
      safeMoves: values['sds-safe-moves'] ?? false,
      requestsPerSecond: count('--sds-rate', values['sds-rate'], SDS_REQUESTS_PER_SECOND),
      files: fileOptions(values),
    },
    maxRequests: count('--max-requests', values['max-requests'], MAX_REQUESTS),
    relay: readRelay({
      argument: values['smtp-relay'],
      secret: env.SEALIFT_SMTP_RELAY || undefined,
      from: values['mail-from'],
    }),
    exitWithParent: values['exit-with-parent'] ?? false,
    tls: tlsFor(host, values),
    limits: {
      sealedBytes: size('--max-sealed-bytes', values['max-sealed-bytes'], LIMITS.sealedBytes),
      openedBytes: size('--max-opened-bytes', values['max-opened-bytes'], LIMITS.openedBytes),
      recordBytes: size('--max-record-bytes', values['max-record-bytes'], LIMITS.recordBytes),
    },
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        host: { type: 'string' },
        http: { type: 'string' },
        sftp: { type: 'string' },
        smtp: { type: 'string' },
        data: { type: 'string' },
        'master-key': { type: 'string' },
        email: { type: 'string' },
        'print-secrets': { type: 'boolean' },
        'allow-plain': { type: 'boolean' },
        'plain-failed-rows': { type: 'boolean' },
        'silent-manifest-errors': { type: 'boolean' },
        'processing-mail-interval': { type: 'string' },
        'smtp-relay': { type: 'string' },
        'mail-from': { type: 'string' },
        'allow-private-targets': { type: 'boolean' },
        'allow-remote': { type: 'boolean' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'behind-tls-proxy': { type: 'boolean' },
        'max-sealed-bytes': { type: 'string' },
        'max-opened-bytes': { type: 'string' },
        'max-record-bytes': { type: 'string' },
        seed: { type: 'string' },
        'sds-strict': { type: 'boolean' },
        'sds-safe-moves': { type: 'boolean' },
        'sds-rate': { type: 'string' },
        'sds-files': { type: 'string' },
        'sds-uploads': { type: 'string' },
        'sds-downloads': { type: 'string' },
        'sds-idle': { type: 'string' },
        'sds-link-seconds': { type: 'string' },
        'public-url': { type: 'string' },
        'max-requests': { type: 'string' },
        'exit-with-parent': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function fileOptions(values: ReturnType<typeof parse>): FileOptions {
  const idle = { min: 1, max: MAX_IDLE_S, default: IDLE_S };
  return {
    folder: values['sds-files'],
    maxUploads: count('--sds-uploads', values['sds-uploads'], MAX_UPLOADS),
    maxDownloads: count('--sds-downloads', values['sds-downloads'], MAX_DOWNLOADS),
    idleMs: 1000 * seconds('--sds-idle', values['sds-idle'], idle),
    linkSeconds: seconds('--sds-link-seconds', values['sds-link-seconds'], LINK),
    publicUrl: origin('--public-url', values['public-url']),
  };
}

/** @returns scheme, host and port */
function origin(name: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || !['', '/'].includes(url.pathname + url.search)) {
    throw new UsageError(`${name} takes an http or https address without a path`);
  }
  return url.origin;
}

/** Beyond loopback the admin token would cross the network: only behind TLS, and only when asked. */
function tlsFor(host: string, values: ReturnType<typeof parse>): TlsFiles | undefined {
  const certFile = values['tls-cert'];
  const keyFile = values['tls-key'];
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new UsageError('--tls-cert and --tls-key belong together');
  }
  const tls = certFile !== undefined && keyFile !== undefined ? { certFile, keyFile } : undefined;
  if (tls && values['behind-tls-proxy']) {
    throw new UsageError('Give either --tls-cert and --tls-key or --behind-tls-proxy, not both');
  }
  if (!isLoopback(host)) {
    if (!values['allow-remote']) {
      throw new UsageError(`${host} is reachable from other machines: add --allow-remote`);
    }
    if (!tls && !values['behind-tls-proxy']) {
      throw new UsageError('--allow-remote needs --tls-cert and --tls-key, or --behind-tls-proxy');
    }
  }
  return tls;
}

function isDemo(seed: string | undefined): boolean {
  if (seed !== undefined && seed !== 'demo') throw new UsageError('--seed takes the word demo');
  return seed === 'demo';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function port(name: string, text: string | undefined): number {
  const value = Number(text ?? '0');
  if (!/^\d+$/.test(text ?? '0') || value > 65535) {
    throw new UsageError(`${name} takes a port from 0 to 65535`);
  }
  return value;
}

function seconds(
  name: string,
  text: string | undefined,
  bounds: { readonly min: number; readonly max: number; readonly default: number },
): number {
  if (text === undefined) return bounds.default;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < bounds.min || value > bounds.max) {
    throw new UsageError(`${name} takes a number of seconds from ${bounds.min} to ${bounds.max}`);
  }
  return value;
}

function size(name: string, text: string | undefined, fallback: number): number {
  return positive(name, text, fallback, 'a number of bytes');
}

function count(name: string, text: string | undefined, fallback: number): number {
  return positive(name, text, fallback, 'a positive number');
}

function positive(name: string, text: string | undefined, fallback: number, what: string): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new UsageError(`${name} takes ${what}`);
  }
  return value;
}
