/** What would change, line by line; told by signs, not by colour alone. */
import { Button } from '../../ui/button.tsx';
import { Row } from '../../ui/page.tsx';
import { diffLines } from './diff.ts';
import styles from './vaults.module.css';

interface DiffPart {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

interface DiffViewProps {
  readonly parts: readonly DiffPart[];
  /** Goes on editing. */
  readonly onBack: () => void;
}

const SIGNS = { same: ' ', removed: '−', added: '+' } as const;
const WORDS = { same: '', removed: 'Removed: ', added: 'Added: ' } as const;

export function DiffView({ parts, onBack }: DiffViewProps) {
  return (
    <>
      {parts.map((part) => (
        <div key={part.name} className={styles.diffPart}>
          <h2>{part.name}</h2>
          <pre
            className={styles.diff}
            aria-label={`Changes of the ${part.name.toLowerCase()}`}
            tabIndex={0}
          >
            {diffLines(part.before, part.after).map((line, index) => (
              <span key={index} className={styles.diffLine} data-kind={line.kind}>
                <span aria-hidden>{SIGNS[line.kind]} </span>
                <span className="visually-hidden">{WORDS[line.kind]}</span>
                {line.text === '' ? ' ' : line.text}
              </span>
            ))}
          </pre>
        </div>
      ))}
      <Row>
        <Button size="small" onPress={onBack}>
          Edit further
        </Button>
      </Row>
    </>
  );
}
