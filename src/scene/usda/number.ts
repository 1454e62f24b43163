/**
 * The shortest decimal text that reads back as the same double. USD spells the special values `inf`, `-inf`
 * and `nan`; negative zero becomes 0.
 */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return value === 0 ? "0" : String(value);
}

/** The shortest decimal text that reads back as the same 32-bit float. */
export function formatFloat(value: number): string {
  const single = Math.fround(value);
  if (!Number.isFinite(single) || Number.isInteger(single)) return formatDouble(single);
  for (let digits = 1; digits < 9; digits++) {
    const text = single.toPrecision(digits);
    if (Math.fround(Number(text)) === single) return formatDouble(Number(text));
  }
  return formatDouble(Number(single.toPrecision(9)));
}
