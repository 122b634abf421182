/** Jupyter counts cursor positions in Unicode code points, TypeScript in UTF-16 units; they differ after the first emoji. */

/** UTF-16 offset of the code point with that number; the end of the text when it has fewer. */
export function toUnits(text: string, codePoints: number): number {
  let units = 0;
  let seen = 0;
  for (const character of text) {
    if (seen >= codePoints) break;
    units += character.length;
    seen += 1;
  }
  return units;
}

/** Number of code points before a UTF-16 offset. */
export function toCodePoints(text: string, units: number): number {
  return Array.from(text.slice(0, units)).length;
}
