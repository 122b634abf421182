/** Text that is HTML already; everything else is escaped when it enters a template. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template. */
export type Content = string | number | Markup | readonly Content[];

/** Escapes text for element content and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

function render(content: Content): string {
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  return content instanceof Markup ? content.text : content.map(render).join('');
}

/** Template tag: literal parts are markup, values are escaped unless they are markup themselves. */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(literals.reduce((text, literal, index) => text + render(values[index - 1]!) + literal));
}
