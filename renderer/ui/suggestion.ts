/** What a combo box offers, in groups. */

export interface Suggestion {
  readonly value: string;
  /** A few words on what it is. */
  readonly note?: string;
}

export interface SuggestionGroup {
  readonly title: string;
  readonly items: readonly Suggestion[];
}
