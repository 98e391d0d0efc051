/** Typed or flat: the two kinds of JSON record (spec: "Data files"). Pure. */
import type { JsonMember } from './json-parser.ts';

/** A typed record says itself what it is and needs no mapping; a flat one goes through `columns`. */
export function isTyped(members: readonly JsonMember[]): boolean {
  const has = (key: string): boolean => members.some((member) => member.key === key);
  return has('type') && (has('evtData') || has('profileData'));
}
