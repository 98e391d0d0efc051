/**
 * The words of the mails. They name files, columns, row numbers and codes; never a cell's value:
 * mail travels and stays where the sender of an encrypted file did not choose.
 */
import type { FailedRowsAttachment, OutgoingMail } from '../store/mail.ts';
import type { OpenImport, Verdict } from '../store/imports.ts';
import type { GroupedProblem } from '../ingest/problems.ts';

const MAX_PROBLEMS = 50;

export function pickedUpMail(job: OpenImport, to: string): OutgoingMail {
  return mail(job, to, 'picked-up', 'Picked up', [
    `Your file ${job.fileName} was picked up and is being processed.`,
  ]);
}

/** Once the message has proved to be whole and its rows are read: what is left may take a while. */
export function processingMail(job: OpenImport, to: string, rows: number): OutgoingMail {
  return mail(job, to, 'processing', 'Processing', [
    `${job.fileName} was opened, and its integrity is proved. ${rows} rows were read and are being imported.`,
  ]);
}

/**
 * While an import runs long. Without a count of rows: nothing is told of a message before its
 * integrity is known.
 * @param turn counts the intervals since the manifest arrived; names the mail
 */
export function stillProcessingMail(
  job: OpenImport,
  to: string,
  turn: number,
  elapsedSeconds: number,
): OutgoingMail {
  return mail(job, to, `still-processing.${turn}`, 'Still processing', [
    `${job.fileName} is still being processed, ${describeDuration(elapsedSeconds)} after it arrived.`,
    'Nothing has to be done.',
  ]);
}

function describeDuration(seconds: number): string {
  const [amount, unit] =
    seconds < 120
      ? [seconds, 'second']
      : seconds < 7200
        ? [Math.floor(seconds / 60), 'minute']
        : [Math.floor(seconds / 3600), 'hour'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}

/** What is told of an import whose rows were read to the end. */
export interface Outcome {
  readonly status: Verdict['status'];
  readonly rows: number;
  readonly accepted: number;
  readonly problems: readonly GroupedProblem[];
  readonly failedRowsOf: FailedRowsAttachment | undefined;
}

/** One mail for the rows that were imported, one for those that were not. */
export function finishedMails(job: OpenImport, to: string, outcome: Outcome): OutgoingMail[] {
  const mails: OutgoingMail[] = [];
  if (outcome.accepted > 0 || outcome.rows === 0) mails.push(importedMail(job, to, outcome));
  if (outcome.failedRowsOf) mails.push(failedRowsMail(job, to, outcome, outcome.failedRowsOf));
  return mails;
}

function importedMail(job: OpenImport, to: string, outcome: Outcome): OutgoingMail {
  const { rows, accepted, problems, failedRowsOf } = outcome;
  const body = [`${accepted} of ${rows} rows of ${job.fileName} were imported.`];
  const warnings = problems.filter((problem) => problem.severity === 'warning');
  if (warnings.length > 0) body.push('', ...describeProblems(warnings));
  if (failedRowsOf) body.push('', 'A second mail tells of the rows that were refused.');
  return mail(job, to, 'imported', failedRowsOf ? 'Partly imported' : 'Imported', body);
}

function failedRowsMail(
  job: OpenImport,
  to: string,
  { rows, accepted, problems }: Outcome,
  failedRowsOf: FailedRowsAttachment,
): OutgoingMail {
  const title = accepted === 0 ? 'Failed' : 'Failed rows';
  const body = [
    `${rows - accepted} of ${rows} rows of ${job.fileName} were refused.`,
    '',
    'What was found:',
    ...describeProblems(problems.filter((problem) => problem.severity === 'error')),
    '',
    failedRowsOf.keyId === null
      ? 'The refused rows, each with its reason, are attached.'
      : 'The refused rows, each with its reason, are attached, encrypted to the key set of this import. Save failed-rows.csv.asc, and open it with the private key of that key set: sealift open failed-rows.csv.asc --key private.asc (gpg --decrypt opens it, too).',
    'Correct them and send them as a new import under a new manifest name.',
  ];
  return { ...mail(job, to, 'failed', title, body), failedRowsOf };
}

export function failedMail(
  job: OpenImport,
  to: string,
  problems: readonly GroupedProblem[],
): OutgoingMail {
  return mail(job, to, 'failed', 'Failed', [
    job.fileName === ''
      ? 'The import failed. No row was imported.'
      : `The import of ${job.fileName} failed. No row was imported.`,
    '',
    'What was found:',
    ...describeProblems(problems),
    '',
    'Correct this and send the import again under a new manifest name.',
  ]);
}

/** @param id names the mail; another question is another mail */
export function confirmationMail(
  id: string,
  accountId: string,
  to: string,
  code: string,
): OutgoingMail {
  const text = [
    `The account ${accountId} of a Sealift server wants to mail you about its imports.`,
    '',
    `If that is your wish, give this code to whoever asked you: ${code}`,
    '',
    'It is good for 24 hours. Without it you get no further mail: then nothing has to be done.',
  ];
  const subject = 'Confirm this address';
  return { id, accountId, to, subject, text: `${text.join('\n')}\n`, isQuestion: true };
}

function mail(
  job: OpenImport,
  to: string,
  stage: 'picked-up' | 'processing' | `still-processing.${number}` | 'imported' | 'failed',
  title: string,
  body: readonly string[],
): OutgoingMail {
  const footer = ['', `Manifest: ${job.manifest}`, `Import: ${job.id}`];
  return {
    id: `${job.id}.${stage}`,
    accountId: job.accountId,
    importId: job.id,
    to,
    subject: `${title}: ${job.fileName || job.manifest}`,
    text: `${[...body, ...footer].join('\n')}\n`,
  };
}

function describeProblems(problems: readonly GroupedProblem[]): string[] {
  const lines = problems.slice(0, MAX_PROBLEMS).map(describeProblem);
  if (problems.length > MAX_PROBLEMS) lines.push(`- and ${problems.length - MAX_PROBLEMS} more`);
  return lines;
}

function describeProblem(problem: GroupedProblem): string {
  const where = problem.column === undefined ? '' : `column "${problem.column}": `;
  const level = problem.severity === 'warning' ? 'Warning: ' : '';
  return `- ${level}${where}${problem.message} (code ${problem.code}${affectedRows(problem)})`;
}

function affectedRows({ count, sampleRows }: GroupedProblem): string {
  if (sampleRows.length === 0) return '';
  const more = count > sampleRows.length ? ', …' : '';
  return `, ${count === 1 ? 'row' : `${count} rows:`} ${sampleRows.join(', ')}${more}`;
}
