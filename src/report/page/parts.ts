import { type Html, type HtmlPart, html } from "./html.js";

/** A section with its anchor. `id` is the anchor and the key of the table of contents. */
export type Section = Readonly<{ id: string; title: string; body: Html }>;

export type Column = Readonly<{ head: string; numeric?: boolean }>;

/** A table that turns into labelled blocks on a phone. `mark` names rows to highlight. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly HtmlPart[])[],
  mark: (row: number) => boolean = () => false,
): Html {
  const head = columns.map((c) => html`<th scope="col"${c.numeric ? html` class="n"` : ""}>${c.head}</th>`);
  const body = rows.map(
    (cells, i) =>
      html`<tr${mark(i) ? html` class="best"` : ""}>${cells.map(
        (cell, k) =>
          html`<td data-h="${columns[k]?.head}"${columns[k]?.numeric ? html` class="n"` : ""}>${cell}</td>`,
      )}</tr>\n`,
  );
  const slim = columns.length <= 3 && columns.slice(1).every((c) => c.numeric);
  return html`<div class="wrap${slim ? " slim" : ""}"><table${columns.length > 3 ? html` class="stack"` : ""}><thead><tr>${head}</tr></thead><tbody>\n${body}</tbody></table></div>`;
}

/** A chart with its title and what to see in it. */
export function chartFigure(title: string, hint: HtmlPart, legend: HtmlPart, drawing: Html): Html {
  return html`<figure class="c"><figcaption>${title}${hint && html`<small>${hint}</small>`}</figcaption>${legend}${drawing}</figure>`;
}

/** A legend entry: `box` for fills, `line` and `dash` for strokes; `colour` is the name of a palette colour. */
export function legend(
  items: readonly Readonly<{ colour: string; name: string; kind?: "box" | "line" | "dash" }>[],
): Html {
  return html`<ul class="legend">${items.map((i) => {
    const stroke = i.kind === "line" || i.kind === "dash";
    const cls = stroke ? (i.kind === "dash" ? "ln ds" : "ln") : "";
    return html`<li><i class="${cls}" style="${stroke ? "border-color" : "background"}:var(--${i.colour})"></i>${i.name}</li>`;
  })}</ul>`;
}

/** One line that explains a word to someone who knows the line but not the statistics. */
export function term(word: string, meaning: string): Html {
  return html`<p class="term"><dfn>${word}</dfn>: ${meaning}</p>`;
}

export function details(summary: string, body: HtmlPart, more = false): Html {
  return html`<details${more ? html` class="more"` : ""}><summary>${summary}</summary>${body}</details>`;
}
