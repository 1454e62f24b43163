const bits = new DataView(new ArrayBuffer(8));

/** The next representable double below a finite `x` (the extra threshold candidate of contract 4.6). */
export function nextBelow(x: number): number {
  if (x === 0) return -Number.MIN_VALUE;
  bits.setFloat64(0, x);
  bits.setBigInt64(0, bits.getBigInt64(0) + (x > 0 ? -1n : 1n));
  return bits.getFloat64(0);
}

/**
 * A double as Python's `repr` spells it, so that our files equal the other tool's byte for byte:
 * shortest digits that read back, `1.0` not `1`, exponent outside 1e-4 … 1e16, `nan`, `inf`.
 */
export function pyFloat(x: number): string {
  const size = Math.abs(x);
  if ((size >= 1e-4 && size < 1e16) || x === 0) {
    if (Object.is(x, -0)) return "-0.0";
    const text = String(x);
    return Number.isInteger(x) ? `${text}.0` : text;
  }
  if (Number.isNaN(x)) return "nan";
  if (size === Number.POSITIVE_INFINITY) return x > 0 ? "inf" : "-inf";
  return x.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** `x` with `digits` decimals as C's `%.nf` rounds (exact value, half to even); `nan` for not a number. */
export function fixed(x: number, digits: number): string {
  if (!Number.isFinite(x)) return pyFloat(x);
  if (Math.abs(x) >= 1e21) return `${BigInt(x)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`;
  const text = x.toFixed(digits);
  // toFixed rounds an exact tie away from zero. Ties are rare: they need a short binary fraction.
  const exact = x.toFixed(Math.min(100, digits + 60));
  const point = exact.indexOf(".");
  const rest = exact.slice(point + 1 + digits);
  if (!/^50*$/.test(rest)) return text;
  const down = digits === 0 ? exact.slice(0, point) : exact.slice(0, point + 1 + digits);
  return Number(down.at(-1)) % 2 === 0 ? down : text;
}

/** `x` as C's `%g` (six significant digits, no trailing zeros): the form of a rendered target. */
export function general(x: number): string {
  if (!Number.isFinite(x) || x === 0) return x === 0 ? "0" : pyFloat(x);
  const [digits, power] = x.toExponential(5).split("e") as [string, string];
  const exponent = Number(power);
  const trim = (text: string) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  if (exponent >= -4 && exponent < 6) return trim(x.toFixed(5 - exponent));
  return `${trim(digits)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** JSON text of string-keyed objects, every number spelled as a Python float, two-space indent. */
export function pyJson(value: PyJson, indent = ""): string {
  if (value === null) return "null";
  if (typeof value === "number") return pyFloat(value);
  if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  const inner = `${indent}  `;
  const lines = Object.entries(value).map(
    ([key, v]) => `${inner}${JSON.stringify(key)}: ${pyJson(v, inner)}`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join(",\n")}\n${indent}}`;
}

/** What {@link pyJson} writes: every number is a float. */
export type PyJson = null | string | number | boolean | { readonly [key: string]: PyJson };
