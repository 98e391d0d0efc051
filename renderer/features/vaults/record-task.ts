/** What is being done with records in a dialog. */
export type RecordTask =
  | { readonly kind: 'new' | 'import' | 'export' }
  | { readonly kind: 'edit' | 'move'; readonly id: string };
