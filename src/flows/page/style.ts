/** The page's look: one column on a phone, rows of pictures on a desktop, light and dark. No scripts, no fonts of others. */
export const STYLE = `
:root{color-scheme:light dark;--paper:#fff;--panel:#f5f6f4;--ink:#15181a;--soft:#565d63;--rule:#dcdfdc;--brand:#426a00;--amber:#8a5a00;--wash:#fbf1dc}
@media(prefers-color-scheme:dark){:root{--paper:#121415;--panel:#1b1e20;--ink:#e9ebe8;--soft:#a4abb0;--rule:#303538;--brand:#9ccf3f;--amber:#e8b34b;--wash:#2e2510}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:1180px;margin:0 auto;padding:16px}
h1{font-size:1.5rem;line-height:1.2;margin:.4em 0 .2em;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:2em 0 .6em;padding-bottom:.25em;border-bottom:1px solid var(--rule)}
p{margin:.4em 0;max-width:75ch}
.soft{color:var(--soft)}
.facts{display:flex;flex-wrap:wrap;gap:8px;margin:1em 0;padding:0;list-style:none}
.facts li{background:var(--panel);border-radius:8px;padding:8px 14px;min-width:104px}
.facts b{display:block;font-size:1.35rem;line-height:1.2;font-variant-numeric:tabular-nums}
.wide{overflow-x:auto}
table{border-collapse:collapse;min-width:min(100%,560px);font-size:.94rem}
th,td{text-align:left;padding:6px 14px 6px 0;border-bottom:1px solid var(--rule);vertical-align:top}
th{color:var(--soft);font-weight:600}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
code,pre{font:.9em/1.5 ui-monospace,Menlo,Consolas,monospace}
pre{background:var(--panel);border-radius:8px;padding:10px 14px;overflow-x:auto;margin:.5em 0}
.note{border-left:3px solid var(--amber);background:var(--wash);padding:6px 12px;margin:.5em 0;max-width:80ch}
.row{margin:0 0 22px}
.row h3{font-size:.95rem;margin:0 0 6px;font-weight:600;overflow-wrap:anywhere}
.cells{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}
.cells figure{margin:0;min-width:0}
.cells img{display:block;width:100%;height:auto;max-height:300px;object-fit:contain;object-position:left top;background:var(--panel);border-radius:6px;image-rendering:auto}
.cells figcaption{font-size:.82rem;color:var(--soft);margin-top:3px;overflow-wrap:anywhere}
.sheet{max-width:100%;height:auto;border-radius:6px;display:block}
@media(min-width:760px){main{padding:28px 32px}h1{font-size:1.9rem}.cells{grid-template-columns:repeat(var(--columns),minmax(0,1fr))}}
@media print{.row{break-inside:avoid}}
`;
