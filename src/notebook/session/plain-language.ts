import { parseCell } from '../language/cell-source.js';
import { convertCell, type ConvertedCell } from '../language/convert.js';
import { diagnosticOf } from '../language/diagnostic.js';
import type { CellReference, Completeness, Completions, Diagnostic, Inspection, LanguageContext, SignatureHelp } from './types.js';

/** Stand-in for the language worker. */
export class LanguageClient {
  constructor(readonly options: { readonly cwd: string }) {}
  prepare(code: string, cell: CellReference): Promise<{ converted: ConvertedCell | null; diagnostics: readonly Diagnostic[] }> {
    const source = parseCell(code, cell.language);
    if (source.errors.length > 0) return Promise.resolve({ converted: null, diagnostics: source.errors.map(error => diagnosticOf(error, code, offset => offset)) });
    return Promise.resolve({ converted: convertCell(source, cell, {}, new Set()), diagnostics: [] });
  }
  commit(_code: string, _cell: CellReference): Promise<void> { return Promise.resolve(); }
  reset(): Promise<void> { return Promise.resolve(); }
  close(): Promise<void> { return Promise.resolve(); }
  complete(_code: string, offset: number, _context?: LanguageContext): Promise<Completions> { return Promise.resolve({ start: offset, end: offset, items: [] }); }
  inspect(_code: string, _offset: number, _context?: LanguageContext): Promise<Inspection | null> { return Promise.resolve(null); }
  signatureHelp(_code: string, _offset: number, _context?: LanguageContext): Promise<SignatureHelp | null> { return Promise.resolve(null); }
  isComplete(_code: string): Promise<Completeness> { return Promise.resolve({ status: 'complete' }); }
  diagnose(_code: string, _context?: LanguageContext): Promise<readonly Diagnostic[]> { return Promise.resolve([]); }
}
