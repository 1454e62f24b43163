/** A prim name from any text: other signs than letters, digits and `_` become `_`; never begins with a digit. */
export function primName(text: string): string {
  const name = text
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9_]+/g, "_")
    .replace(/^_+|_+$/g, "");
  if (name === "") return "_";
  return /^[0-9]/.test(name) ? `_${name}` : name;
}
