/** Style sheet of an exported notebook: light and dark by the reader's choice, and paper. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --text: #222; --muted: #5c6068; --paper: #fff; --panel: #f5f6f8; --line: #dcdfe4; --link: #0b62a4; --error: #a3201a; --error-panel: #fdf1f0; --warn-panel: #fbf4e6;
  --keyword: #7928a1; --string: #006b3c; --number: #8f4700; --title: #005f8a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e4e4e4; --muted: #a3a8b0; --paper: #16181c; --panel: #1f2228; --line: #363b43; --link: #6fb7ee; --error: #ff9a8e; --error-panel: #2c1d1d; --warn-panel: #2b261b;
    --keyword: #dcaefc; --string: #8fd694; --number: #f0b072; --title: #7cc4f5;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 4rem; background: var(--paper); color: var(--text);
  font: 1rem/1.6 system-ui, "Segoe UI", "DejaVu Sans", Verdana, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.75rem 0 .35rem; }
p, li { max-width: 46rem; }
a { color: var(--link); }
code, pre { font-family: "DejaVu Sans Mono", ui-monospace, monospace; font-size: .86rem; line-height: 1.5; }
:not(pre) > code { background: var(--panel); border-radius: 4px; padding: .1em .3em; }
pre { margin: .25rem 0; padding: .6rem .9rem; overflow-x: auto; border-radius: 6px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); padding: .5rem 1rem; }
nav { border: 1px solid var(--line); border-radius: 6px; padding: .5rem 1rem; margin: 0 0 2rem; }
nav ul { list-style: none; margin: .25rem 0; padding: 0; }
nav .level3 { padding-left: 1.25rem; } nav .level4, nav .level5, nav .level6 { padding-left: 2.5rem; }
summary { cursor: pointer; }
.cell { margin: 1rem 0; }
.count { color: var(--muted); font-size: .8rem; font-variant-numeric: tabular-nums; margin: 0 0 .1rem; }
.source, .markdown pre { background: var(--panel); border: 1px solid var(--line); }
.output { margin: .5rem 0; padding-left: .9rem; border-left: 3px solid var(--line); }
.output pre { padding-left: 0; }
.output img { max-width: 100%; height: auto; background: #fff; border-radius: 6px; }
.output pre.stderr { background: var(--warn-panel); padding-left: .9rem; }
.output pre.error { background: var(--error-panel); color: var(--error); padding-left: .9rem; white-space: pre-wrap; }
.muted { color: var(--muted); }
.html { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; margin: .5rem 0; }
th, td { text-align: left; padding: .3rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { border-bottom: 2px solid var(--line); }
blockquote { margin: .75rem 0; padding: 0 1rem; border-left: 3px solid var(--line); color: var(--muted); }
.markdown img { max-width: 100%; }
figure { margin: .75rem 0; }
figure img.picture { display: block; }
figure.drawn .picture { display: none; }
.katex-display { overflow-x: auto; overflow-y: hidden; padding: .2rem 0; }
.hljs-comment, .hljs-quote { color: var(--muted); }
.hljs-keyword, .hljs-selector-tag, .hljs-literal { color: var(--keyword); }
.hljs-string, .hljs-regexp, .hljs-addition, .hljs-symbol { color: var(--string); }
.hljs-number, .hljs-meta, .hljs-deletion { color: var(--number); }
.hljs-title, .hljs-section, .hljs-built_in, .hljs-attr, .hljs-name, .hljs-type { color: var(--title); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media print {
  :root { font-size: 10pt; --text: #000; --muted: #444; --paper: #fff; --panel: #fff; --line: #bbb; --link: #000; --error: #7a1712; --error-panel: #fff; --warn-panel: #fff;
    --keyword: #5b1d7a; --string: #004d2b; --number: #6b3500; --title: #00476b; }
  body { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  h1, h2, h3, .count { break-after: avoid; }
  figure, img, tr { break-inside: avoid; }
  figure .plot { display: none; }
  figure.drawn .picture { display: block; }
}
`;
