/** Tags as the service takes them: each with a value, which may be empty. Pure. */
import type { Tag } from '../../ui/tag-input.tsx';

export function plainTags(tags: readonly Tag[]): { key: string; value: string }[] {
  return tags.map(({ key, value }) => ({ key, value: value ?? '' }));
}
