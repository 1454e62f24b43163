import { type Html, html, trusted } from "../../kit/html.js";
import { knobText } from "../knobs/index.js";
import type { Account, Column, FlowOutcome, FlowRequest } from "../run/types.js";
import { STYLE } from "./style.js";
import { refusalText } from "./words.js";

const NUMBER = /^(?:[\d.]+|–)$/;

/** Knobs of clusters, which change nothing here, and where things lie. */
const MACHINES = /_(?:image|gpu|cpu|memory|storage|timeout)$|^(?:platform|workflow_name|dig_url_root)$/;

/** One row of pictures: file names below the page's folder, in the order of the columns. */
export type PageRow = Readonly<{
  title: string;
  cells: readonly Readonly<{ src: string; caption: string; width: number; height: number }>[];
}>;

export type Page = Readonly<{
  title: string;
  request: FlowRequest;
  outcome: FlowOutcome;
  columns: readonly Column[];
  rows: readonly PageRow[];
  /** Number of samples that `rows` was chosen from. */
  samples: number;
  sheet: Readonly<{ src: string; width: number; height: number }> | undefined;
}>;

/** The page of a flow run (dig 5.6): inline style, relative pictures, no script. Equal runs give equal bytes. */
export function renderPage(p: Page): string {
  const { request, outcome } = p;
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' data: file:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>DIG preview — ${request.name} (${request.flow})</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${p.title}</h1>
<p class="soft"><code>${request.name}</code>, cookbook ${request.cookbook.name}, seed ${request.seed}</p>
${facts(outcome.accounts)}
${outcome.notes.map((note) => html`<p class="note">${note}</p>`)}
</header>
${accounts(outcome)}
${outcome.tables.map((t) => html`<h2>${t.title}</h2>${table(t.header, t.rows)}`)}
${pictures(p)}
${outcome.next.length > 0 && html`<h2>Next</h2>`}
${outcome.next.map((command) => html`<pre><code>${command}</code></pre>`)}
<h2>Request</h2>
${table(
  ["knob", "value"],
  Object.entries(request.knobs)
    .filter(([k]) => !MACHINES.test(k))
    .map(([k, v]) => [k, knobText(v) || "–"]),
)}
</main>
</body>
</html>`.markup
  }\n`;
}

function facts(list: readonly Account[]): Html {
  return html`<ul class="facts">${list
    .slice(0, 8)
    .map(
      (a) =>
        html`<li><b>${a.generated}</b><span class="soft">${a.of === a.unit ? a.unit : `${a.of} ${a.unit}`}</span></li>`,
    )}</ul>`;
}

function accounts({ accounts, refused }: FlowOutcome): Html {
  const n = (value: number | null) => (value === null ? "–" : String(value));
  const stages = Object.entries(refused).map(([stage, reasons]) => [stage, refusalText(reasons)] as const);
  const some = stages.filter(([, text]) => text !== "");
  return html`<h2>Accounts</h2>
${table(
  ["what", "requested", "allocated", "generated", "refused"],
  accounts.map((a) => [
    a.of === a.unit ? a.of : `${a.of} (${a.unit})`,
    n(a.requested),
    n(a.allocated),
    String(a.generated),
    refusalText(a.refused) || "–",
  ]),
  new Set([1, 2, 3]),
)}
${some.length > 0 && html`<p class="soft">${some.map(([stage, text]) => `Refused by ${stage}: ${text}.`).join(" ")}</p>`}`;
}

function pictures(p: Page): Html {
  if (p.rows.length === 0) return html``;
  const shown = p.rows.length === p.samples ? `all ${p.samples}` : `${p.rows.length} of ${p.samples}`;
  return html`<h2>Samples (${shown})</h2>
${p.rows.map(
  (row) =>
    html`<section class="row"><h3>${row.title}</h3><div class="cells" style="--columns:${p.columns.length}">${row.cells.map(
      (cell, i) =>
        html`<figure><img src="${cell.src}" width="${cell.width}" height="${cell.height}" alt="${p.columns[i]?.label ?? ""} of ${row.title}"><figcaption>${cell.caption}</figcaption></figure>`,
    )}</div></section>`,
)}
${
  p.sheet &&
  html`<h2>Contact sheet</h2><p class="soft">More of each kind, with the outlines of their labels.</p><img class="sheet" src="${p.sheet.src}" width="${p.sheet.width}" height="${p.sheet.height}" alt="Contact sheet">`
}`;
}

function table(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  numeric: ReadonlySet<number> = new Set(),
): Html {
  const isNumber = (i: number) =>
    numeric.has(i) || (rows.length > 0 && rows.every((r) => NUMBER.test(String(r[i] ?? ""))));
  return html`<div class="wide"><table><thead><tr>${header.map(
    (h, i) => html`<th${isNumber(i) ? trusted(' class="n"') : false}>${h}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${row.map((cell, i) => html`<td${isNumber(i) ? trusted(' class="n"') : false}>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}
