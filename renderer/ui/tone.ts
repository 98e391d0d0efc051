/** What a message or a state is about. Never told by colour alone. */
export type Tone = 'info' | 'success' | 'warning' | 'error';
