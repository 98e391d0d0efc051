// The queue of outgoing mail when some of it cannot be sent: over a real database and SMTP servers.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Sealer } from '../../../server/crypto/sealer.ts';
import { FailedRows } from '../../../server/ingest/failed-rows.ts';
import { Mailer } from '../../../server/mail/mailer.ts';
import { startMailSink } from '../../../server/mail/sink.ts';
import type { MailSink } from '../../../server/mail/sink.ts';
import { openStore } from '../../../server/store/index.ts';
import type { Store } from '../../../server/store/index.ts';
import { MailStore } from '../../../server/store/mail.ts';
import type { OutgoingMail } from '../../../server/store/mail.ts';
import { makeWorkFolder, waitFor } from './harness.ts';

const work = makeWorkFolder();
const sealer = new Sealer(randomBytes(32));
let store: Store;
let sink: MailSink;
let mailer: Mailer;
let accountId: string;

beforeAll(async () => {
  const folder = { path: work.path, receiver: 'test' };
  store = await openStore(folder, undefined, sealer, { safeMoves: false });
  accountId = (await store.accounts.create('mailer@example.com')).id;
  sink = await startMailSink(store.mail, 0);
});

afterEach(() => mailer.close());

afterAll(async () => {
  await sink.close();
  await store.database.close();
  work.remove();
});

function startMailer(smtp: { host: string; port: number }): Mailer {
  const failedRows = new FailedRows(join(work.path, 'failed-rows'), sealer);
  mailer = new Mailer({ ...store, failedRows }, smtp);
  mailer.wake();
  return mailer;
}

async function queue(...mails: Pick<OutgoingMail, 'id' | 'to' | 'failedRowsOf'>[]): Promise<void> {
  for (const mail of mails) {
    const whole = { accountId, subject: mail.id, text: 'Text\n', ...mail };
    await store.mail.queue(store.database, whole);
  }
}

async function arrivalOf(to: string): Promise<string> {
  const mail = await waitFor(`mail to ${to}`, async () => {
    const [found] = await store.mail.list({ to, before: undefined, limit: 1 });
    return found;
  });
  return (await store.mail.find(mail.id))!.message.toString();
}

const queueIsEmpty = () =>
  waitFor('an empty queue', async () => ((await store.mail.nextOutgoing(0)) ? undefined : true));

describe('a mail that can never be sent', () => {
  it('is given up when its address is refused, and others go on', async () => {
    await queue(
      { id: 'bad-address', to: 'a..b@example.com' },
      { id: 'behind-it', to: 'good@example.com' },
    );
    startMailer(sink);
    await arrivalOf('good@example.com');
    await queueIsEmpty();
  });

  it('is given up when it cannot be opened', async () => {
    await queue({ id: 'spoilt', to: 'x@example.com' }, { id: 'fine', to: 'fine@example.com' });
    await store.database.query(`UPDATE outgoing_mail SET sealed = $1 WHERE id = 'spoilt'`, [
      randomBytes(64),
    ]);
    startMailer(sink);
    await arrivalOf('fine@example.com');
    await queueIsEmpty();
  });
});

it('goes without the refused rows when they cannot be read', async () => {
  const failedRowsOf = { importId: 'absent', accountId: 'ABC', keyId: null };
  await queue({ id: 'no-rows', to: 'rows@example.com', failedRowsOf });
  startMailer(sink);
  expect(await arrivalOf('rows@example.com')).toContain('could not be read');
  await queueIsEmpty();
});

/** Makes the sink answer 450, "try again", to mail for one address. */
class BusyStore extends MailStore {
  override async receive(mail: Parameters<MailStore['receive']>[0]): Promise<void> {
    if (mail.recipients.includes('later@example.com')) throw new Error('No room now');
    await super.receive(mail);
  }
}

it('keeps a mail that has to wait, and lets others pass', async () => {
  const busy = await startMailSink(new BusyStore(store.database, sealer, 'test'), 0);
  await queue({ id: 'later', to: 'later@example.com' }, { id: 'now', to: 'now@example.com' });
  const first = startMailer(busy);
  await arrivalOf('now@example.com');
  await first.close();
  expect(await store.mail.nextOutgoing(0)).toMatchObject({ id: 'later' });
  await busy.close();
  startMailer(sink);
  await arrivalOf('later@example.com');
  await queueIsEmpty();
});
