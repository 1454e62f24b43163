import path from "node:path";
import { CODES, type CodeInfo, type Diagnosis, type Finding, type Repair } from "../dataset/index.js";
import { formatPlace } from "../kit/errors.js";
import { quoted } from "./output.js";

type Style = Readonly<{ color: boolean; fixHint?: boolean }>;

const SHOWN = 3;

/** The diagnosis for people: tables, then findings grouped by code, worst first, with the first examples. */
export function doctorText(d: Diagnosis, o: Style): string {
  const paint = painter(o.color);
  const lines = [paint("bold", d.workspace), ""];
  const rows = d.tables.map((t) => [
    t.role,
    String(t.rows),
    String(t.pass),
    String(t.ng),
    String(t.boards),
    Object.entries(t.defects)
      .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      .slice(0, 8)
      .map(([label, n]) => `${label} ${n}`)
      .join(", "),
  ]);
  lines.push(...grid(["table", "rows", "PASS", "NG", "boards", "defects"], rows), "");
  for (const f of d.findings) lines.push(...findingLines(f, d.workspace, paint));
  lines.push(verdict(d, paint));
  const repairable = d.findings.some((f) => (CODES as Record<string, CodeInfo>)[f.code]?.auto !== undefined);
  if (o.fixHint && repairable)
    lines.push(
      `Next: reflow doctor ${quoted(d.workspace)} --fix   writes repaired copies, the originals stay as they are`,
    );
  return `${lines.join("\n")}\n`;
}

function findingLines(f: Finding, root: string, paint: Paint): string[] {
  const shade = f.severity === "error" ? "red" : f.severity === "warning" ? "yellow" : "dim";
  const word = { error: "ERROR", warning: "warning", info: "note" }[f.severity];
  const lines = [`${paint(shade, word.padEnd(8))}${paint("bold", f.code)} ×${f.count}  ${f.title}`];
  for (const e of f.examples.slice(0, SHOWN)) {
    const place = formatPlace(
      e.where && { ...e.where, ...(e.where.file && { file: shorten(e.where.file, root) }) },
    );
    lines.push(`        ${place}${place ? "  " : ""}${e.message.replaceAll(`${root}${path.sep}`, "")}`);
  }
  if (f.count > SHOWN) lines.push(`        … ${f.count - Math.min(SHOWN, f.examples.length)} more`);
  const hints = new Set(f.examples.slice(0, SHOWN).map((e) => e.hint));
  for (const hint of hints) lines.push(`        ${paint("dim", `→ ${hint}`)}`);
  lines.push("");
  return lines;
}

/** What the repair did, and what remains. */
export function repairText(r: Repair, o: Style): string {
  const paint = painter(o.color);
  const lines = ["", paint("bold", `Repaired copies in ${r.workspace}`), ""];
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([code, n]) => `${code} ${n}`)
      .join(", ");
  for (const t of r.tables) {
    lines.push(
      `${t.role.padEnd(11)}${t.rowsBefore} → ${t.rowsAfter} rows   ${shorten(t.target, r.workspace)}`,
    );
    if (t.encoding) lines.push(`           re-encoded from ${t.encoding} to utf-8`);
    if (Object.keys(t.repaired).length > 0) lines.push(`           repaired: ${list(t.repaired)}`);
    if (t.rejects)
      lines.push(`           put aside: ${list(t.rejected)}   → ${shorten(t.rejects, r.workspace)}`);
    if ((t.role === "kpi" || t.role === "release") && t.rowsAfter < t.rowsBefore)
      lines.push(
        `           ${paint("yellow", `the ${t.role} table is smaller now: results are of fewer rows`)}`,
      );
  }
  for (const file of r.untouched) lines.push(paint("red", `not repaired, cannot be read: ${file}`));
  lines.push("", `Remaining: ${verdict(r.after, paint)}`);
  for (const f of r.after.findings.filter((g) => g.severity === "error"))
    lines.push(`  ${paint("red", f.code)} ×${f.count}  ${f.title} → ${f.fix}`);
  return `${lines.join("\n")}\n`;
}

type Paint = (shade: "red" | "yellow" | "green" | "bold" | "dim", text: string) => string;

function painter(color: boolean): Paint {
  const codes = { red: 31, yellow: 33, green: 32, bold: 1, dim: 2 };
  return (shade, text) => (color ? `\u001b[${codes[shade]}m${text}\u001b[0m` : text);
}

function verdict(d: Diagnosis, paint: Paint): string {
  const { error, warning, info } = d.counts;
  const images = d.decoded > 0 ? `, ${d.decoded} images decoded` : ", images not decoded";
  const counts = `${plural(error, "error")}, ${plural(warning, "warning")}, ${plural(info, "note")}${images}`;
  return paint(error > 0 ? "red" : warning > 0 ? "yellow" : "green", counts);
}

function plural(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? "" : "s"}`;
}

function shorten(file: string, root: string): string {
  const inside = path.relative(root, file);
  return inside === "" || inside.startsWith("..") ? file : inside;
}

function grid(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((h, i) => Math.max(h.length, ...rows.map((r) => (r[i] as string).length)));
  return [header, ...rows].map((r) =>
    r
      .map((text, i) =>
        i === 0 || i === r.length - 1 ? text.padEnd(widths[i] as number) : text.padStart(widths[i] as number),
      )
      .join("  ")
      .trimEnd(),
  );
}
