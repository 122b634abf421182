/**
 * The first key that stands twice in one object of a JSON text. `JSON.parse` keeps the last of them without a word.
 *
 * @param text valid JSON
 */
export function duplicateKey(text: string): string | null {
  const objects: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') {
      objects.push(new Set());
    } else if (text[at] === '}') {
      objects.pop();
    } else if (text[at] === '"') {
      const end = endOfString(text, at);
      if (isKey(text, end)) {
        const key = JSON.parse(text.slice(at, end)) as string;
        const keys = objects.at(-1)!;
        if (keys.has(key)) return key;
        keys.add(key);
      }
      at = end - 1;
    }
  }
  return null;
}

/** Place after the closing quote of the string that starts at `start`. A loop: expressions run out of stack in long strings. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; text[at] !== '"'; at++) {
    if (text[at] === '\\') at++;
  }
  return at + 1;
}

/** A string is a key when a colon comes next. */
function isKey(text: string, end: number): boolean {
  const next = /\s*/y;
  next.lastIndex = end;
  next.test(text);
  return text[next.lastIndex] === ':';
}
