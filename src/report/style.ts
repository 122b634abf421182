/** Style sheet of the report: light and dark by the reader's choice, and paper. */
export const style = `
:root {
  color-scheme: light dark;
  --text: #222; --muted: #5c6068; --paper: #fff; --panel: #f5f6f8; --line: #dcdfe4; --link: #0b62a4;
  --supported: #006b4f; --contradicted: #a33c00; --undecided: #5c6068;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e4e4e4; --muted: #a3a8b0; --paper: #16181c; --panel: #1f2228; --line: #363b43; --link: #6fb7ee;
    --supported: #4fd0a8; --contradicted: #ff9a5e; --undecided: #a3a8b0;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.25rem 1.25rem 4rem; background: var(--paper); color: var(--text);
  font: 1rem/1.6 system-ui, "Segoe UI", "DejaVu Sans", Verdana, sans-serif; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0; padding: 0; }
nav [aria-current] { font-weight: 600; text-decoration: none; color: var(--text); }
header { border-bottom: 1px solid var(--line); padding-bottom: .5rem; margin-bottom: 1.75rem; }
h1 { font-size: 1.9rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h3 { font-size: 1.08rem; margin: 1.75rem 0 .35rem; }
p, li { max-width: 46rem; }
a { color: var(--link); }
code, pre { font-family: "DejaVu Sans Mono", ui-monospace, monospace; font-size: .88em; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; }
.lead { color: var(--muted); margin: 0; }
.answer { background: var(--panel); border-left: 4px solid var(--link); border-radius: 0 6px 6px 0; padding: .75rem 1.1rem; margin: .5rem 0 1rem; max-width: none; }
.notice { border: 1px solid var(--contradicted); border-radius: 6px; padding: .6rem 1rem; max-width: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
caption, figcaption { text-align: left; color: var(--muted); font-size: .9rem; padding: .4rem 0; max-width: 46rem; }
th, td { text-align: left; padding: .35rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
thead th { border-bottom: 2px solid var(--line); vertical-align: bottom; }
td { white-space: nowrap; }
td.words { white-space: normal; overflow-wrap: anywhere; }
.number { text-align: right; }
th[scope=row] { white-space: nowrap; font-weight: 400; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .75rem; margin: 1.25rem 0; padding: 0; }
.facts div { background: var(--panel); border-radius: 6px; padding: .6rem .9rem; }
.facts dt { color: var(--muted); font-size: .85rem; }
.facts dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
math { font-size: 1.08em; }
.between { display: flex; justify-content: space-between; gap: 1rem; margin-top: 3rem; }
.badge { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 .6rem; font-size: .82rem; font-weight: 600; white-space: nowrap; }
.supported { color: var(--supported); }
.contradicted { color: var(--contradicted); }
.undecided { color: var(--undecided); }
.claims { list-style: none; padding: 0; }
.finding { margin: .2rem 0 0; color: var(--muted); font-size: .92rem; max-width: none; }
.claims > li { max-width: none; padding: .7rem 0; border-bottom: 1px solid var(--line); }
figure { margin: 1.25rem 0; }
figure img { display: block; width: 100%; height: auto; background: #fff; border-radius: 6px; }
figure.drawn img { display: none; }
details { border-bottom: 1px solid var(--line); padding: .4rem 0; }
summary { cursor: pointer; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
@media print {
  :root { font-size: 10pt; --text: #000; --muted: #444; --paper: #fff; --panel: #fff; --line: #bbb; --link: #000; --supported: #006b4f; --contradicted: #a33c00; --undecided: #444; }
  body { max-width: none; padding: 0; }
  header, .skip { display: none; }
  h2, h3 { break-after: avoid; }
  figure, tr, .claims > li { break-inside: avoid; }
  figure .plot { display: none; }
  figure.drawn img { display: block; }
}
`;
