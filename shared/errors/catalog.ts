/**
 * The form of an error catalogue. One catalogue a room, each in its own file in this folder,
 * merged in `index.ts`. Texts are plain sentences with `{param}` placeholders: data, not code,
 * so that the window, the CLI and the tests all read the same words.
 */

/** Who or what can make a failed step succeed when it is tried again. */
export type Retry = 'never' | 'user' | 'auto';

/** One expected failure: what happened, what to do next, and how the CLI exits. */
export interface ErrorEntry {
  /** What happened, to which file, row, column or host. Placeholders: `{name}`. */
  readonly text: string;
  /** The next step for the user. */
  readonly next: string;
  /** CLI exit code: 1 bad input, 2 bad usage, 3 remote or connection failure, 130 interrupted. */
  readonly exit: 1 | 2 | 3 | 130;
  /** `auto`: may be tried again as it is; `user`: after the user changed something; `never`: final. */
  readonly retry: Retry;
}

export type ErrorCatalog = Readonly<Record<string, ErrorEntry>>;
