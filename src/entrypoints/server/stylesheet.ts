/** One accent colour, kept for what asks for a person; everything else is ink on paper. No motion. */
export const stylesheet = `
:root { color-scheme: light dark; --paper: #fcfcfb; --ink: #1c1c1a; --quiet: #62625d; --line: #e2e2de; --wash: #f4f4f1; --accent: #b5330b; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #151514; --ink: #e4e3de; --quiet: #9b9a94; --line: #2f2f2c; --wash: #1d1d1b; --accent: #ff8559; }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 13px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; max-width: 1600px; padding: 0 20px 48px; }
a { color: inherit; text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }
a:hover { text-decoration-color: currentColor; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
.skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; background: var(--paper); padding: 4px 8px; z-index: 1; }
header { display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; padding: 12px 0 10px; border-bottom: 1px solid var(--line); }
header .brand { font-weight: 650; text-decoration: none; } header .brand span { color: var(--quiet); font-weight: 400; }
header nav { display: flex; gap: 16px; } header nav a { text-decoration: none; color: var(--quiet); padding: 2px 0; }
header nav a:hover, header nav a[aria-current] { color: var(--ink); } header nav a[aria-current] { box-shadow: 0 2px 0 var(--ink); }
header .moment { margin-left: auto; text-align: right; }
h1 { font-size: 20px; line-height: 1.3; font-weight: 650; margin: 20px 0 2px; overflow-wrap: anywhere; }
h2 { font-size: 13px; font-weight: 650; margin: 30px 0 6px; } h2 small { font-weight: 400; }
h3 { font-size: 13px; font-weight: 650; margin: 0; }
p { margin: 4px 0; max-width: 90ch; } small, .quiet { color: var(--quiet); font-size: inherit; }
code, pre, .path { font: 12px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.path { color: var(--quiet); overflow-wrap: anywhere; }
pre { background: var(--wash); border: 1px solid var(--line); padding: 12px 14px; margin: 8px 0; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; }
th, td { text-align: left; vertical-align: baseline; padding: 4px 16px 4px 0; font-weight: 400; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--quiet); border-bottom: 1px solid var(--line); white-space: nowrap; }
tbody tr > * { border-bottom: 1px solid var(--line); } tbody.joined tr:not(:last-child) > * { border-bottom-color: transparent; }
tbody.joined tr:not(:last-child) > th[rowspan] { border-bottom-color: var(--line); }
tbody th { font-weight: 600; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; } .tight { white-space: nowrap; width: 1%; } .wide { width: 45%; }
.zero { color: var(--quiet); } .alarm { color: var(--accent); } .alarm a { text-decoration-color: currentColor; }
.state { white-space: nowrap; } .shape { width: 10px; height: 10px; margin-right: 6px; fill: currentColor; stroke-width: 1.2; vertical-align: -0.5px; overflow: visible; }
.definitions { position: absolute; }
.bar { width: 56px; height: 8px; margin-left: 8px; vertical-align: -0.5px; fill: var(--ink); background: none; }
.bar .rest { fill: var(--line); } .bar .failed { fill: var(--accent); } .bar .silent { fill: var(--quiet); }
.facts { display: flex; flex-wrap: wrap; gap: 2px 20px; margin: 4px 0 0; padding: 0; list-style: none; } .facts small { margin-right: 4px; }
.columns { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 3fr); gap: 0 48px; align-items: start; }
.cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 0 20px; margin: 0 0 14px; padding: 0; list-style: none; }
.cells li { display: flex; gap: 8px; border-bottom: 1px solid var(--line); padding: 3px 0; min-width: 0; }
.cells a { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; } .cells .shape { margin-right: -2px; flex: none; align-self: center; } .cells small { margin-left: auto; white-space: nowrap; }
.groups { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 0 40px; }
.group { border-top: 1px solid var(--line); padding: 10px 0 16px; min-width: 0; } .group h3 { display: flex; gap: 16px; } .group h3 .state { font-weight: 400; }
.group:target { border-top-color: var(--ink); box-shadow: 0 -1px 0 var(--ink); }
.gates { margin: 0; padding: 0; list-style: none; } .gates li { padding: 2px 0; } .gates .why { overflow-wrap: anywhere; }
.log td { overflow-wrap: anywhere; } .log .tight { overflow-wrap: normal; }
.facts-table { margin-top: 14px; }
.notice { border-left: 3px solid var(--accent); padding: 2px 0 2px 10px; margin: 12px 0; }
footer { margin-top: 40px; padding-top: 10px; border-top: 1px solid var(--line); color: var(--quiet); display: flex; flex-wrap: wrap; gap: 4px 20px; }
@media (max-width: 1000px) { .columns { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 760px) {
  body { padding: 0 14px 32px; } header .moment { margin-left: 0; text-align: left; width: 100%; }
  .groups { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 0 40px; }
.group { border-top: 1px solid var(--line); padding: 10px 0 16px; min-width: 0; } .group h3 { display: flex; gap: 16px; } .group h3 .state { font-weight: 400; }
  table.stack, table.stack tbody, table.stack tr, table.stack th, table.stack td { display: block; }
  table.stack thead { position: absolute; left: -9999px; }
  table.stack tr { display: flex; flex-wrap: wrap; gap: 0 14px; padding: 6px 0; border-bottom: 1px solid var(--line); }
  table.stack tr > * { border: 0; padding: 0; width: auto; text-align: left; white-space: normal; overflow-wrap: anywhere; }
  table.stack tr > th[rowspan] { width: 100%; } table.stack tr > .why { width: 100%; }
  table.stack td[data-label]::before { content: attr(data-label) " "; color: var(--quiet); }
  table.stack .void, table.stack .bar { display: none; }
}
@media print { header nav, footer { display: none; } }
`.trimStart()
