"""The style of a saved chat: light and dark, on a screen and on paper."""

STYLE = """\
:root { color-scheme: light dark; }
body {
  margin: 0;
  background: light-dark(#fdfcfa, #14181b);
  color: light-dark(#1c2227, #e7e3da);
  font: 1.0625rem/1.6 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
main { max-width: 44rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1, h2, h3 { margin: 0; line-height: 1.3; font-weight: 600; }
h1, blockquote { font-family: "Iowan Old Style", Palatino, Georgia, serif; }
h2 { font-size: 1.2rem; }
h3 { font-size: 1rem; }
section {
  margin-top: 2.5rem;
  padding-top: 1.5rem;
  border-top: 1px solid light-dark(#d9d4ca, #39424a);
}
.answer { margin: 0.5rem 0; }
.facts { margin: 0.25rem 0; font-size: 0.8125rem; color: light-dark(#55595c, #b1b2ae); }
.conflict { padding-left: 0.75rem; border-left: 3px solid light-dark(#0f5c73, #7cc4da); }
.number {
  display: inline-block;
  min-width: 1.2em;
  margin-left: 0.25em;
  padding: 0 0.35em;
  border: 1px solid currentColor;
  border-radius: 0.7em;
  color: light-dark(#0f5c73, #7cc4da);
  font-size: 0.75em;
  line-height: 1.45;
  text-align: center;
  text-decoration: none;
  vertical-align: 0.2em;
}
h3 .number { margin-left: 0; vertical-align: 0.1em; }
article {
  margin-top: 1rem;
  padding: 0.75rem 1rem;
  border: 1px solid light-dark(#d9d4ca, #39424a);
  border-radius: 6px;
}
article:target { border-color: light-dark(#0f5c73, #7cc4da); }
blockquote { margin: 0.5rem 0 0; white-space: pre-line; }
@media print { article { break-inside: avoid; } }
"""
