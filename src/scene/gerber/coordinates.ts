/** How numbers without a decimal point are read. `skip`: which zeros the file leaves out. */
export type NumberFormat = Readonly<{ skip: "leading" | "trailing"; integers: number; decimals: number }>;

/** The value of a coordinate in the file's unit; NaN when it is none. A decimal point overrides the format. */
export function coordinate(text: string, format: NumberFormat): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(text)) return Number.NaN;
  if (text.includes(".")) return Number(text);
  const negative = text.startsWith("-");
  let digits = text.replace(/^[+-]/, "");
  if (format.skip === "trailing") digits = digits.padEnd(format.integers + format.decimals, "0");
  const value = Number(digits) / 10 ** format.decimals;
  return negative ? -value : value;
}
