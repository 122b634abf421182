import highlighter from 'highlight.js/lib/common';
import { escapeHtml, Markup } from '../../../report/index.js';

/** Code with its parts marked by classes; unmarked where the language is not known. */
export function highlight(code: string, language: string): Markup {
  const known = highlighter.getLanguage(language) !== undefined;
  return new Markup(known ? highlighter.highlight(code, { language, ignoreIllegals: true }).value : escapeHtml(code));
}
