/** A Markdown table without padding; pipes in cells are escaped. */
export function table(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `|${cells.map(cell).join("|")}|`;
  return [line(header), `|${header.map(() => "---").join("|")}|`, ...rows.map(line)];
}

function cell(value: string | number): string {
  return String(value)
    .replaceAll("|", "\\|")
    .replace(/[\r\n]+/g, " ");
}

/** `## n. Title` and its lines, with blank lines between. */
export function section(n: number, title: string, blocks: readonly (string | readonly string[])[]): string {
  const text = blocks
    .map((b) => (typeof b === "string" ? b : b.join("\n")))
    .filter((b) => b !== "")
    .join("\n\n");
  return `## ${n}. ${title}\n\n${text}\n`;
}

export function percent(x: number, digits = 1): string {
  return Number.isFinite(x) ? `${(x * 100).toFixed(digits)} %` : "unknown";
}
