/** One field of a CSV file. */
export interface CsvCell {
  readonly text: string;
  /** `""` is an empty text, nothing at all a missing value. */
  readonly quoted: boolean;
}

/** One record, with the line that it starts on, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly CsvCell[];
}

/**
 * Splits the text of a CSV file (RFC 4180, line ends LF or CRLF) into records.
 *
 * @throws Error with the line, when a quote is not closed, or stands inside a field
 */
export function splitCsv(text: string, path: string): CsvRecord[] {
  const records: CsvRecord[] = [];
  let cells: CsvCell[] = [];
  let line = 1;
  let startLine = 1;
  const separator = /,|\r?\n|$/y;
  for (let at = 0; at < text.length || cells.length > 0;) {
    const end = endOfField(text, at);
    separator.lastIndex = end;
    const [found] = separator.exec(text) ?? [];
    const field = text.slice(at, end);
    const quoted = field.startsWith('"');
    if (found === undefined || (!quoted && field.includes('"'))) {
      throw new Error(`${path}: line ${line}: expected a field, quoted as a whole or without quotes, and a comma or line end after it, `
        + `found ${JSON.stringify(text.slice(at, at + 20))}`);
    }
    cells.push({ text: quoted ? field.slice(1, -1).replaceAll('""', '"') : field, quoted });
    at = end + found.length;
    line += field.split('\n').length - 1;
    if (found === ',') continue;
    line++;
    records.push({ line: startLine, cells });
    cells = [];
    startLine = line;
  }
  return records;
}

/** Place after a field; the place of the field itself, which no separator fits, when its quote is not closed. */
function endOfField(text: string, start: number): number {
  if (text[start] !== '"') {
    const plain = /[^,\r\n]*/y;
    plain.lastIndex = start;
    plain.test(text);
    return plain.lastIndex;
  }
  for (let quote = text.indexOf('"', start + 1); quote !== -1; quote = text.indexOf('"', quote + 2)) {
    if (text[quote + 1] !== '"') return quote + 1;
  }
  return start;
}
