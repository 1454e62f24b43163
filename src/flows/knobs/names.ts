/** What a knob's text becomes where numbers are tried first: `int()`, then `float()` (dig C12). */
export function castOf(text: string): "int" | "float" | undefined {
  const trimmed = text.trim();
  const digits = "\\d+(?:_\\d+)*";
  if (new RegExp(`^[+-]?${digits}$`).test(trimmed)) return "int";
  const point = `(?:${digits}\\.?(?:${digits})?|\\.${digits})`;
  if (new RegExp(`^[+-]?${point}(?:e[+-]?${digits})?$`, "i").test(trimmed)) return "float";
  if (/^[+-]?(?:nan|inf|infinity)$/i.test(trimmed)) return "float";
  return undefined;
}

/** Why a name cannot be passed as a knob without being changed; undefined when it can. */
export type NameFault = Readonly<{ why: string; suggestion: string }>;

const PLAIN = /^[A-Za-z0-9_][A-Za-z0-9_-]*$/;

/**
 * Checks a board or case name (dig 3.7): digits without a leading zero, or text that no number cast changes, made
 * of letters, digits, `_` and `-`. The suggestion is a safe name close to it.
 */
export function nameFault(name: string): NameFault | undefined {
  if (/^[1-9]\d*$/.test(name) || name === "0") return undefined;
  const cast = castOf(name);
  if (cast) {
    const bare = name.replace(/^[+-]/, "");
    const why = /^\d+(?:_\d+)+$/.test(bare)
      ? `underscores between digits are dropped: it becomes the number ${bare.replaceAll("_", "").replace(/^0+(?=\d)/, "")}`
      : /^0\d+$/.test(bare)
        ? `leading zeros are dropped: it becomes the number ${bare.replace(/^0+(?=\d)/, "")}`
        : "it is read as a number";
    return { why, suggestion: suggestion(bare) };
  }
  if (!PLAIN.test(name))
    return { why: "a name has letters, digits, `_` and `-` only", suggestion: suggestion(name) };
  return undefined;
}

function suggestion(name: string): string {
  const digits = name.replaceAll("_", "");
  if (/^[1-9]\d*$/.test(digits) && name.includes("_")) return digits;
  const plain = name.replaceAll(/[^A-Za-z0-9-]+/g, "-").replaceAll(/^-+|-+$/g, "");
  return `board-${plain === "" ? "1" : plain.toLowerCase()}`;
}

/** Names of workflows, groups, tasks and runs (dig 4.4). */
export const NAME_TOKEN = /^[a-zA-Z]([a-zA-Z0-9_-]*[a-zA-Z0-9])?$/;
export const NAME_MAX = 64;
