import { createHash } from "node:crypto";
import { type Html, html, trusted } from "./html.js";
import type { Section } from "./parts.js";
import { SCRIPT, STYLE } from "./style.js";

/** The whole document. The security policy lets nothing in: no network, no script but ours, data images only. */
export function renderPage(o: {
  goal: string;
  title: string;
  hero: Html;
  sections: readonly Section[];
}): string {
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'; base-uri 'none'; form-action 'none'`;
  return `${
    html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${o.title} – DEFT Loop Final Report</title>
<style>${trusted(STYLE)}</style>
</head>
<body>
<div class="page">
<header class="top"><b><i class="mark"></i>DEFT Loop Final Report</b><span>${o.goal}</span><span>Reflow</span></header>
<nav class="toc" aria-label="Contents"><ol><li><a href="#verdict">Verdict</a></li>${o.sections.map(
      (s) => html`<li><a href="#${s.id}">${s.title}</a></li>`,
    )}</ol></nav>
<main>
${glued(o.hero)}
${o.sections.map((s) => html`<section id="${s.id}"><h2>${s.title}</h2>${glued(s.body)}</section>\n`)}
</main>
</div>
<script>${trusted(SCRIPT)}</script>
</body>
</html>`.markup
  }\n`;
}

/** Keeps a number and its percent sign on one line. */
function glued(part: Html): Html {
  return trusted(part.markup.replace(/(\d) %/g, "$1\u202f%"));
}
