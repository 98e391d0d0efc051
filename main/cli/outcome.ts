/** What a command hands back: its words, its JSON, and its failure if it has one. Commands print nothing else. */
import type { AppError } from '../../shared/errors/index.ts';

export interface Outcome {
  /** Printed on stdout without `--json`. Ends with a newline, unless it is empty. */
  readonly text: string;
  /** With `--json` the last and only line of stdout, with `ok` added. Plain data. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Set when the command answered and the answer is a failure, such as a manifest with errors. */
  readonly error?: AppError;
  /** Set when stdout and exit code are another program's, which has printed already. */
  readonly exitCode?: number;
}

/** What every command is given. */
export interface CliContext {
  /** Aborted by SIGINT, SIGTERM or a reader of stdout that went away. */
  readonly signal: AbortSignal;
  readonly json: boolean;
  readonly terminal: Terminal;
  /** The bundled server's entry, beside the CLI's own file. */
  readonly serverEntry: string;
}

/** The three streams as commands may use them. */
export interface Terminal {
  /** A line for the reader on stderr. Control characters in it are made visible. */
  note(line: string): void;
  /** A bar where stderr is a terminal, else a rare plain line. */
  progress(label: string, done: number, total?: number): void;
  /** Removes the bar. */
  endProgress(): void;
  /** Asks for a line on the terminal; undefined when there is no terminal to ask on. */
  ask(question: string, signal: AbortSignal): Promise<string | undefined>;
  /** Asks on the terminal without echo; undefined when there is no terminal to ask on. */
  askHidden(question: string, signal: AbortSignal): Promise<string | undefined>;
}
