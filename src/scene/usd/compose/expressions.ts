import type { Dictionary, Value } from "../values.js";

/** A value of an expression. `undefined` stands for None. */
type Result = string | boolean | number | readonly (string | boolean | number)[] | undefined;

/** Expressions stand in backquotes where a plain string could stand: `` `"./${SHOT}.usd"` ``. */
export function isExpression(text: string): boolean {
  return text.length >= 2 && text.startsWith("`") && text.endsWith("`");
}

class Wrong extends Error {}

const DEEPEST = 64;

/** Text of an expression with the variables filled in; "" for None; `wrong` says what is wrong with it. */
export function evaluateExpression(text: string, variables: Dictionary): { text: string; wrong?: string } {
  try {
    const value = evaluate(text.slice(1, -1), variables, []);
    if (value === undefined) return { text: "" };
    if (typeof value !== "string") throw new Wrong("the expression gives no text");
    return { text: value };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    return { text: "", wrong: error.message };
  }
}

function evaluate(source: string, variables: Dictionary, open: readonly string[]): Result {
  const parser = parse(source, variables, open);
  const value = parser.value(0);
  parser.end();
  return value();
}

/** A part of an expression; it is worked out only when it is needed (`if` leaves one branch alone). */
type Lazy = () => Result;

type Parser = Readonly<{ value: (depth: number) => Lazy; end: () => void }>;

function parse(source: string, variables: Dictionary, open: readonly string[]): Parser {
  let at = 0;
  const blanks = (): void => {
    while (/\s/.test(source.charAt(at))) at++;
  };
  const accept = (character: string): boolean => {
    blanks();
    if (source.charAt(at) !== character) return false;
    at++;
    return true;
  };
  const expect = (character: string): void => {
    if (!accept(character)) throw new Wrong(`"${character}" is missing at position ${at + 1}`);
  };
  const token = (pattern: RegExp): string | undefined => {
    blanks();
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = at;
    const match = sticky.exec(source);
    if (match) at += match[0].length;
    return match?.[0];
  };
  const list = (close: string, depth: number): Lazy[] => {
    const items: Lazy[] = [];
    if (accept(close)) return items;
    do items.push(value(depth + 1));
    while (accept(","));
    expect(close);
    return items;
  };
  const quoted = (quote: string): Lazy => {
    let raw = "";
    for (at++; source.charAt(at) !== quote; at++) {
      if (at >= source.length) throw new Wrong("a string has no end");
      if (source.charAt(at) === "\\" && at + 1 < source.length) raw += source.charAt(at++);
      raw += source.charAt(at);
    }
    at++;
    return () => filled(raw, variables, open);
  };
  const value = (depth: number): Lazy => {
    if (depth > DEEPEST) throw new Wrong("the expression is nested too deeply");
    blanks();
    const next = source.charAt(at);
    if (next === '"' || next === "'") return quoted(next);
    if (accept("[")) {
      const items = list("]", depth);
      return () => items.map((item) => plain(item()));
    }
    if (source.startsWith("${", at)) {
      at += 2;
      const name = token(/[A-Za-z_]\w*/);
      if (!name) throw new Wrong("a variable has no name");
      expect("}");
      return () => variable(name, variables, open);
    }
    const number = token(/-?\d+/);
    if (number !== undefined) return () => Number(number);
    const word = token(/[A-Za-z_]\w*/);
    if (word === undefined) throw new Wrong(`nothing that can be read at position ${at + 1}`);
    if (/^(?:true|True)$/.test(word)) return () => true;
    if (/^(?:false|False)$/.test(word)) return () => false;
    if (word === "None") return () => undefined;
    expect("(");
    const rule = Object.hasOwn(FUNCTIONS, word) ? FUNCTIONS[word] : undefined;
    if (!rule) throw new Wrong(`"${word}" is no function`);
    const items = list(")", depth);
    return () => rule(items, variables);
  };
  return {
    value,
    end: () => {
      blanks();
      if (at < source.length) throw new Wrong(`"${source.slice(at)}" is too much`);
    },
  };
}

function plain(value: Result): string | boolean | number {
  if (value === undefined || typeof value === "object")
    throw new Wrong("a list holds text, numbers and truths only");
  return value;
}

function variable(name: string, variables: Dictionary, open: readonly string[]): Result {
  if (open.includes(name))
    throw new Wrong(`the variables refer to each other: ${[...open, name].join(", ")}`);
  const value = variables.get(name);
  if (value === undefined) throw new Wrong(`there is no variable "${name}"`);
  if (typeof value === "string" && isExpression(value))
    return evaluate(value.slice(1, -1), variables, [...open, name]);
  return simple(value, name);
}

function simple(value: Value, name: string): Result {
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") return value;
  if (Array.isArray(value) && value.every((v) => typeof v === "string" || typeof v === "boolean"))
    return value as readonly string[];
  if (ArrayBuffer.isView(value)) return Array.from(value as Int32Array);
  if (typeof value === "symbol") return undefined;
  throw new Wrong(`the variable "${name}" is of a type that expressions do not know`);
}

/** Text with `${NAME}` filled in; `\${` stays. */
function filled(raw: string, variables: Dictionary, open: readonly string[]): string {
  return raw.replace(
    /\\([\s\S])|\$\{([^}]*)(\}?)/g,
    (_, escaped: string | undefined, name: string, end: string) => {
      if (escaped !== undefined) return escaped;
      if (end === "") throw new Wrong(`"}" is missing behind "${name}"`);
      const value = variable(name, variables, open);
      if (value === undefined) return "";
      if (typeof value !== "string") throw new Wrong(`the variable "${name}" is no text`);
      return value;
    },
  );
}

type Rule = (items: readonly Lazy[], variables: Dictionary) => Result;

function some(items: readonly Lazy[], least: number, most = least): void {
  if (items.length < least || items.length > most)
    throw new Wrong("a function has the wrong number of arguments");
}

function truth(value: Result): boolean {
  if (typeof value !== "boolean") throw new Wrong("true or false is wanted");
  return value;
}

const compare =
  (rule: (a: string | number | boolean, b: string | number | boolean) => boolean): Rule =>
  (items) => {
    some(items, 2);
    const [a, b] = [items[0](), items[1]()];
    if (typeof a !== typeof b) throw new Wrong("values of different types are compared");
    return rule(plain(a), plain(b));
  };

const FUNCTIONS: Readonly<Record<string, Rule>> = {
  if: (items) => {
    some(items, 2, 3);
    return truth(items[0]()) ? items[1]() : items[2]?.();
  },
  and: (items) => {
    some(items, 2, 99);
    return items.every((item) => truth(item()));
  },
  or: (items) => {
    some(items, 2, 99);
    return items.some((item) => truth(item()));
  },
  not: (items) => {
    some(items, 1);
    return !truth(items[0]());
  },
  eq: compare((a, b) => a === b),
  neq: compare((a, b) => a !== b),
  lt: compare((a, b) => a < b),
  leq: compare((a, b) => a <= b),
  gt: compare((a, b) => a > b),
  geq: compare((a, b) => a >= b),
  contains: (items) => {
    some(items, 2);
    const [where, what] = [items[0](), items[1]()];
    if (typeof where === "string") return where.includes(String(what));
    if (!Array.isArray(where)) throw new Wrong("text or a list is wanted");
    return where.includes(plain(what));
  },
  at: (items) => {
    some(items, 2);
    const [where, index] = [items[0](), items[1]()];
    if ((typeof where !== "string" && !Array.isArray(where)) || typeof index !== "number")
      throw new Wrong("a list and a number are wanted");
    const found = where.at(index);
    if (found === undefined) throw new Wrong(`there is no item ${index}`);
    return found;
  },
  len: (items) => {
    some(items, 1);
    const where = items[0]();
    if (typeof where !== "string" && !Array.isArray(where)) throw new Wrong("text or a list is wanted");
    return where.length;
  },
  defined: (items, variables) => items.every((item) => variables.has(String(item()))),
};
