/** Variables of a macro: `$1` is at index 1. Unset ones are 0. */
export type Variables = number[];

const DEEPEST = 50;

/**
 * Evaluates an arithmetic expression of an aperture macro: `+ - x /`, brackets, `$n`. Undefined when it is none.
 */
export function evaluate(text: string, variables: Readonly<Variables>): number | undefined {
  const source = text.replace(/\s+/g, "");
  let at = 0;
  let depth = 0;
  const sum = (): number => {
    let value = product();
    while (source[at] === "+" || source[at] === "-")
      value = source[at++] === "+" ? value + product() : value - product();
    return value;
  };
  const product = (): number => {
    let value = factor();
    while (/[x*/]/i.test(source[at] ?? ""))
      value = source[at++] === "/" ? value / factor() : value * factor();
    return value;
  };
  const factor = (): number => {
    const c = source[at] ?? "";
    if (c === "-" || c === "+") {
      if (++depth > DEEPEST) return Number.NaN;
      at++;
      const value = factor();
      depth--;
      return c === "-" ? -value : value;
    }
    if (c === "(") {
      if (++depth > DEEPEST) return Number.NaN;
      at++;
      const value = sum();
      depth--;
      return source[at++] === ")" ? value : Number.NaN;
    }
    const variable = /^\$(\d{1,4})/.exec(source.slice(at, at + 6));
    if (variable) {
      at += variable[0].length;
      return variables[Number(variable[1])] ?? 0;
    }
    const literal = /^(\d+\.?\d*|\.\d+)/.exec(source.slice(at, at + 40));
    if (!literal) return Number.NaN;
    at += literal[0].length;
    return Number(literal[0]);
  };
  const value = sum();
  return at === source.length && Number.isFinite(value) ? value : undefined;
}
