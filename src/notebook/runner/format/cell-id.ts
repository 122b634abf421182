import { createHash } from 'node:crypto';

/** What nbformat 4.5 allows as the id of a cell. */
export const cellIdPattern = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * A new id that follows from `content` alone, so that the same notebook gets the same ids whenever it is read.
 *
 * @param taken ids of the notebook; the new one is added
 */
export function newCellId(content: string, taken: Set<string>): string {
  for (let attempt = 0; ; attempt++) {
    const id = createHash('sha256').update(`${attempt}\n${content}`).digest('hex').slice(0, 8);
    if (taken.has(id)) continue;
    taken.add(id);
    return id;
  }
}
