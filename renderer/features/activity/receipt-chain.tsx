/** Proof that the receipts are whole, and a signed copy of them for others. */
import { ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import type { Output } from '../../../shared/contract/api.ts';
import { EXPORT_FORMATS, problemText } from '../../../shared/domain/receipt-chain.ts';
import type { ChainReport, ExportFormat } from '../../../shared/domain/receipt-chain.ts';
import { CopyButton } from '../../bridge/copy-button.tsx';
import { useAction } from '../../bridge/use-action.ts';
import { call } from '../../bridge/window-api.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBox } from '../../ui/error-box.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Quiet, Row } from '../../ui/page.tsx';
import styles from './activity.module.css';
import { chainTitle, chainWords } from './chain-words.ts';

type Verified = Output<'receipts.verify'>;

const FORMAT_WORDS: Readonly<Record<ExportFormat, string>> = {
  json: 'JSON with signature…',
  csv: 'CSV with signature…',
};

export function ReceiptChain() {
  const [verified, setVerified] = useState<Verified>();
  const [savedAs, setSavedAs] = useState<string>();
  const verify = useAction(() => call('receipts.verify', {}));
  const save = useAction((format: ExportFormat) => call('receipts.export', { format }));
  const run = async () => setVerified(await verify.run());
  const runExport = async (format: ExportFormat) => {
    setSavedAs(undefined);
    setSavedAs((await save.run(format))?.savedAs ?? undefined);
  };
  return (
    <>
      <Row>
        <Button
          icon={<ShieldCheck size={14} />}
          isPending={verify.isBusy}
          onPress={() => void run()}
        >
          Verify receipts
        </Button>
        <Menu
          label="Export receipts"
          text="Export"
          actions={EXPORT_FORMATS.map((format) => ({
            name: FORMAT_WORDS[format],
            run: () => void runExport(format),
          }))}
        />
      </Row>
      {save.error !== undefined ? <ErrorBox error={save.error} /> : null}
      {verify.error !== undefined ? <ErrorBox error={verify.error} /> : null}
      {verified !== undefined ? <Verdict {...verified} /> : null}
      {savedAs !== undefined ? (
        <Notice tone="success" title={`Saved as ${savedAs}`}>
          <p>
            Beside it lie its signature, {savedAs}.sig, and the public key that checks it, {savedAs}
            .pub.pem.
          </p>
        </Notice>
      ) : null}
    </>
  );
}

const TONES = { none: 'info', whole: 'success', broken: 'error' } as const;

/** A long list of problems helps nobody; the command line tells them all. */
const PROBLEMS_SHOWN = 20;

function Verdict({ report, signingKey }: Verified) {
  return (
    <Notice tone={TONES[report.state]} title={chainTitle(report)}>
      <Problems report={report} />
      {chainWords(report).map((line) => (
        <p key={line}>{line}</p>
      ))}
      {signingKey === undefined ? null : (
        <p className={styles.hash}>
          <span>
            Exports are signed by the key with SHA-256 <code>{signingKey.sha256}</code>
          </span>
          <CopyButton text={signingKey.publicPem} label="Copy the public key" />
        </p>
      )}
    </Notice>
  );
}

function Problems({ report: { problems } }: { readonly report: ChainReport }) {
  if (problems.length === 0) return null;
  return (
    <>
      <ul className={styles.problems}>
        {problems.slice(0, PROBLEMS_SHOWN).map((problem) => (
          <li key={`${problem.kind} ${problem.from}`}>{problemText(problem)}</li>
        ))}
      </ul>
      {problems.length > PROBLEMS_SHOWN ? (
        <Quiet>
          And {problems.length - PROBLEMS_SHOWN} more: sealift receipts verify lists all.
        </Quiet>
      ) : null}
    </>
  );
}
