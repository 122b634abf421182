import { html, Markup, type Content } from './html.js';
import { script } from './script.js';
import { style } from './style.js';

/** One page of the report. */
export interface Page {
  /** Path below the report's folder. */
  readonly path: string;
  readonly title: string;
  readonly content: Content;
  /** Whether it has figures, and so a data file beside it: {@link figureDataPath}. */
  readonly interactive: boolean;
}

/** Pages that every page names. */
const navigation = [['index.html', 'Overview'], ['methods.html', 'Methods']] as const;

/** Path of the data of a page's figures: the page's own with another ending. */
export const figureDataPath = (page: string): string => page.replace(/\.html$/, '.js');

/** The whole page as HTML. It refers only to files of the report. */
export function frame({ path, title, content, interactive }: Page): string {
  const root = '../'.repeat(path.split('/').length - 1);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<a class="skip" href="#content">To the content</a>
<header>
<nav aria-label="Report"><ul>
${navigation.map(([to, label]) => html`<li><a href="${root}${to}"${to === path ? new Markup(' aria-current="page"') : ''}>${label}</a></li>
`)}</ul></nav>
</header>
<main id="content">
${content}</main>
${interactive ? html`<script src="${root}plotly.js"></script>
<script src="${figureDataPath(path).split('/').at(-1)!}"></script>
<script>${new Markup(script)}</script>
` : ''}</body>
</html>
`.text;
}
