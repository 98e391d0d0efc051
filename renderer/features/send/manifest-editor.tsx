/** The manifest as text, with line numbers, and its problems: a press on one leads to its place. */
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { useRef } from 'react';
import { Button } from 'react-aria-components';
import type { TextProblem } from '../../../shared/domain/problem.ts';
import styles from './manifest-editor.module.css';
import { lineCount, offsetAt } from './text-position.ts';

/** As `line-height` in the style sheet. */
const LINE_HEIGHT_PX = 18;

interface ManifestEditorProps {
  readonly text: string;
  readonly problems: readonly TextProblem[];
  readonly onChange: (text: string) => void;
}

export function ManifestEditor({ text, problems, onChange }: ManifestEditorProps) {
  const editor = useRef<HTMLTextAreaElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const lines = lineCount(text);
  const jump = (problem: TextProblem) => {
    const offset = offsetAt(text, problem);
    editor.current?.focus({ preventScroll: true });
    editor.current?.setSelectionRange(offset, offset + 1);
    frame.current?.scrollTo({ top: Math.max(0, problem.line - 4) * LINE_HEIGHT_PX });
  };
  return (
    <>
      <div className={styles.frame} ref={frame}>
        <pre className={styles.numbers} aria-hidden>
          {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
        </pre>
        <textarea
          ref={editor}
          className={styles.text}
          aria-label="Manifest text"
          aria-describedby="manifest-problems"
          aria-invalid={problems.some((problem) => problem.severity === 'error')}
          value={text}
          onChange={(event) => onChange(event.target.value)}
          rows={lines}
          wrap="off"
          spellCheck={false}
        />
      </div>
      <div id="manifest-problems" role="status">
        {problems.length > 0 ? (
          <ul className={styles.problems} aria-label="Problems of the manifest">
            {problems.map((problem, index) => (
              <li key={index}>
                <Button
                  className={styles.problem ?? ''}
                  data-severity={problem.severity}
                  onPress={() => jump(problem)}
                >
                  {problem.severity === 'error' ? (
                    <CircleAlert size={14} role="img" aria-label="Error" />
                  ) : (
                    <TriangleAlert size={14} role="img" aria-label="Warning" />
                  )}
                  <span className={styles.place}>
                    {problem.line}:{problem.column}
                  </span>
                  <span>{problem.message}</span>
                </Button>
              </li>
            ))}
          </ul>
        ) : null}
      </div>
    </>
  );
}
