"""The one style block of the HTML report, and its hash for the content security policy."""

from __future__ import annotations

import base64
import hashlib
from typing import Final

STYLE: Final = """
:root { color-scheme: light dark; --ink: #1b1e22; --soft: #5b626b; --paper: #fdfdfb; --wash: #f3f3ef;
  --line: #d9d9d2; --good: #1d6b45; --bad: #a3211b; --open: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e1; --soft: #a3a9b1; --paper: #15171a;
  --wash: #1e2125; --line: #363b41; --good: #74c69d; --bad: #ff8f87; --open: #e9b44c; } }
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink);
  font: 17px/1.55 Georgia, "Noto Serif", "Times New Roman", serif; }
body { max-width: 51rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.2rem; font-weight: 600; margin: 0; }
h2 { font-size: 1.2rem; margin: 2.8rem 0 .7rem; padding-top: .9rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.7rem 0 .4rem; }
p { margin: .5rem 0; }
header p { margin: .1rem 0 0; color: var(--soft); }
.answer { margin: 1.6rem 0 0; padding: 1.1rem 1.4rem 1.2rem; background: var(--wash);
  border-inline-start: .45rem solid var(--open); }
.answer.unchanged { border-color: var(--good); }
.answer.changed { border-color: var(--bad); }
.word { font-size: 2.1rem; line-height: 1.2; font-weight: 700; letter-spacing: .02em; margin: 0;
  color: var(--open); }
.unchanged .word { color: var(--good); }
.changed .word { color: var(--bad); }
.whom { font-size: 1.1rem; margin: .2rem 0 .8rem; }
.soft { color: var(--soft); }
section.item dl + dl { margin-top: 1rem; }
dl { display: grid; grid-template-columns: minmax(8rem, 12rem) 1fr; gap: .25rem 1.2rem; margin: .5rem 0; }
dt { color: var(--soft); }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; font-size: .94rem; }
th { text-align: start; font-weight: 600; color: var(--soft); }
th, td { padding: .4rem .8rem .4rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
th { white-space: nowrap; }
td:first-child { color: var(--soft); font-variant-numeric: tabular-nums; overflow-wrap: normal; }
td.code { white-space: nowrap; overflow-wrap: normal; }
td.state { white-space: nowrap; }
.ok { color: var(--good); }
.fail { color: var(--bad); font-weight: 700; }
.warn, .unknown { color: var(--open); font-weight: 600; }
.code, pre { font: .8rem/1.6 "DejaVu Sans Mono", "Noto Sans Mono", Consolas, Menlo, monospace; }
bdi .code { color: var(--open); border: 1px dotted var(--open); border-radius: 2px; padding: 0 .15em; }
pre { background: var(--wash); padding: .7rem .9rem; margin: .4rem 0; white-space: pre-wrap; }
pre .line { display: block; padding-inline-start: 1.6em; text-indent: -1.6em; }
ol, ul { padding-inline-start: 1.4rem; margin: .5rem 0; }
li { margin: .35rem 0; }
ul.names { columns: 2; column-gap: 2rem; }
ul.names li { margin: 0 0 .2rem; break-inside: avoid; }
ol.steps > li { margin: 1.1rem 0; }
footer { margin-top: 3rem; padding-top: .9rem; border-top: 1px solid var(--line); color: var(--soft);
  font-size: .88rem; }
@media (max-width: 36rem) { body { padding: 1.2rem .9rem; } dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .5rem; } ul.names { columns: 1; } td.state, th { white-space: normal; } }
@media print { :root { --ink: #000; --soft: #444; --paper: #fff; --wash: #fff; --line: #999; --good: #000;
  --bad: #000; --open: #000; }
  html { font-size: 10.5pt; } body { max-width: none; padding: 0; } h2, h3 { break-after: avoid; }
  section.item, li, tr, .answer { break-inside: avoid; } pre { border: 1px solid #999; } }
"""


def policy() -> str:
    """The content security policy: nothing loads, nothing runs, this one style applies."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
