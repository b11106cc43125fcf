"""The style of the page: light and dark, wide and narrow."""

STYLE = """\
:root {
  --paper: #fdfcfa; --ink: #1c2227; --soft: #59616a; --rule: #d9d4ca; --panel: #f3f0ea;
  --tone0: #0f5c73; --tone1: #b4541a; --tone2: #6a4a9c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181b; --ink: #e7e3da; --soft: #a3a9ae; --rule: #39424a; --panel: #1f252a;
    --tone0: #7cc4da; --tone1: #f0a56b; --tone2: #bda6ea;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif;
}
main { max-width: 68rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { margin: 0; font-size: 1.75rem; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.25rem; overflow-wrap: anywhere; }
h3 { margin: 0 0 0.5rem; font-size: 1rem; }
header p, figcaption, .meaning { color: var(--soft); }
header p { margin: 0.25rem 0 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td {
  padding: 0.35rem 1rem 0.35rem 0; border-bottom: 1px solid var(--rule);
  text-align: left; vertical-align: top;
}
th { font-weight: 600; }
thead th { color: var(--soft); font-size: 0.875rem; }
td { white-space: nowrap; }
td:has(.meaning) { white-space: normal; font-size: 0.875rem; }
@media (min-width: 40rem) { tbody th { white-space: nowrap; } }
@media (max-width: 40rem) { th, td { padding-right: 0.6rem; } }
.figures {
  display: grid; gap: 2rem;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
}
figure { margin: 0; min-width: 0; }
figcaption, details { margin-top: 0.5rem; font-size: 0.875rem; }
summary { cursor: pointer; color: var(--tone0); }
:focus-visible { outline: 2px solid var(--tone0); outline-offset: 2px; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0.25rem 0 0; padding: 0;
  list-style: none; font-size: 0.875rem; }
.swatch { width: 28px; height: 10px; margin-right: 0.4rem; }
figure > svg { display: block; width: 100%; height: auto; }
text { fill: var(--soft); font-size: 12px; }
.label { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.grid { stroke: var(--rule); }
.guide { stroke: var(--soft); stroke-dasharray: 1 4; stroke-linecap: round; stroke-width: 1.5; }
.ideal { fill: none; stroke: var(--soft); stroke-dasharray: 4 4; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.interval { stroke-width: 1.5; opacity: 0.5; }
.dot { stroke: none; }
.mark { fill: var(--paper); stroke: var(--ink); stroke-width: 2; }
.tone0 { stroke: var(--tone0); }
.tone1 { stroke: var(--tone1); stroke-dasharray: 7 3; }
.tone2 { stroke: var(--tone2); stroke-dasharray: 2 3; }
.dot.tone0 { fill: var(--tone0); }
pre { overflow-x: auto; padding: 0.75rem 1rem; background: var(--panel); border-radius: 0.375rem; }
code { font: 0.875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
@media print { details::details-content { content-visibility: visible; } }
"""
