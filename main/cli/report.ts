/** Check reports, manifest problems and receipts in words. Values come from files: all is made visible. */
import type { DeliveredPart, Receipt } from '../../shared/domain/job.ts';
import type { CheckReport, ProblemGroup, TextProblem } from '../../shared/domain/problem.ts';
import { count, formatBytes, grouped, visible } from './visible.ts';

/** `file:line:col: severity: message`, as compilers write it, so that editors can jump there. */
export function problemLines(file: string, problems: readonly TextProblem[]): string {
  return problems
    .map(({ line, column, severity, message }) =>
      visible(`${file}:${line}:${column}: ${severity}: ${message}`).concat('\n'),
    )
    .join('');
}

/** The verdict on a data file: a summary line, then each group of problems with a few of its rows. */
export function checkText(file: string, report: CheckReport): string {
  const { rows, accepted, rejected, problems } = report;
  const summary = `${visible(file)}: ${count(rows, 'row')}, ${grouped(accepted)} accepted, ${grouped(rejected)} rejected\n`;
  return summary + problems.map(groupText).join('');
}

function groupText({
  severity,
  code,
  column,
  message,
  count: rows,
  samples,
}: ProblemGroup): string {
  const where = column === undefined ? '' : ` in column "${visible(column)}"`;
  const head = `  ${severity} ${code}${where}, ${count(rows, 'time')}: ${visible(message)}\n`;
  const lines = samples.map(
    ({ row, line, value }) =>
      `      row ${row} (line ${line}): ${visible(JSON.stringify(value))}\n`,
  );
  return head + lines.join('');
}

function partLines(part: DeliveredPart, index: number, of: number): string[] {
  const { data, manifest, rows, plainBytes, plainSha256 } = part;
  const head = `    part ${index + 1} of ${of}: ${count(rows, 'row')}, plain ${formatBytes(plainBytes)}  sha256 ${plainSha256}`;
  return [
    ...(of === 1 ? [] : [head]),
    `    data       ${data.name}, ${formatBytes(data.sizeBytes)}  sha256 ${data.sha256}`,
    `    manifest   ${manifest.name}, ${formatBytes(manifest.sizeBytes)}  sha256 ${manifest.sha256}`,
  ];
}

export function receiptText(receipt: Receipt): string {
  const { parts, host, port, username, directory } = receipt;
  const seconds = (Date.parse(receipt.finishedAt) - Date.parse(receipt.startedAt)) / 1000;
  const place = `${username}@${host}:${port} ${directory || '(where the login lands)'}`;
  const lines = [
    `Delivered ${receipt.sourceName}`,
    `    plain      ${formatBytes(receipt.plainBytes)}, ${count(receipt.rows, 'row')}  sha256 ${receipt.plainSha256}`,
    ...parts.flatMap((part, index) => partLines(part, index, parts.length)),
    `    key        ${receipt.recipientFingerprint}, Key ID ${receipt.keyId}`,
    `    to         ${place}`,
    `    host key   ${receipt.hostKeySha256}`,
    `    finished   ${receipt.finishedAt}, after ${seconds.toFixed(1)} s`,
  ];
  return `${lines.map(visible).join('\n')}\n`;
}
