/**
 * The first key that stands twice in one object of a JSON text. `JSON.parse` keeps the last of them without a word.
 *
 * @param text valid JSON
 */
export function duplicateKey(text: string): string | null {
  const objects: Set<string>[] = [];
  const token = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g;
  for (const [found, colon] of text.matchAll(token)) {
    if (found === '{') {
      objects.push(new Set());
    } else if (found === '}') {
      objects.pop();
    } else if (colon !== undefined) {
      const key = JSON.parse(found.slice(0, -colon.length)) as string;
      const keys = objects.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return null;
}
