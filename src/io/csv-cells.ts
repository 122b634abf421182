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
  // One field and what ends it. A quote that is not closed makes an unquoted field with a quote in it, which is refused below.
  const field = /(?:"([^"]*(?:""[^"]*)*)"|([^,\r\n]*))(,|\r?\n)?/y;
  for (let at = 0; at < text.length || cells.length > 0;) {
    field.lastIndex = at;
    const [whole, quoted, plain = '', end] = field.exec(text)!;
    const next = at + whole.length;
    if ((end === undefined && next < text.length) || plain.includes('"')) {
      throw new Error(`${path}: line ${line}: expected a field, quoted as a whole or without quotes, and a comma or line end after it, `
        + `found ${JSON.stringify(text.slice(at, at + 20))}`);
    }
    cells.push(quoted === undefined ? { text: plain, quoted: false } : { text: quoted.replaceAll('""', '"'), quoted: true });
    at = next;
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    records.push({ line: startLine, cells });
    cells = [];
    startLine = line;
  }
  return records;
}
