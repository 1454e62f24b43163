// A second, much simpler reader of text layers: it knows tokens and brackets only, and counts prims and the numbers in
// each property's value. What the real parser finds must agree with it.

const TOKEN =
  /"""(?:\\[\s\S]|(?!""")[\s\S])*"{3,5}|'''(?:\\[\s\S]|(?!''')[\s\S])*'{3,5}|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|@@@[\s\S]*?@@@|@[^@\n]*@|<[^>\n]*>|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|-inf|[^\s"'@<>#/=,:;.()[\]{}]+(?::[^\s"'@<>#/=,;.()[\]{}]+)*|\n|[=,:;.()[\]{}]/gu;

/** @returns {{ prims: string[], numbers: Map<string, number> }} paths of all prims, and numbers in each default value */
export function scan(text) {
  const tokens = (text.match(TOKEN) ?? []).filter((t) => !/^(?:#|\/\/|\/\*)/.test(t));
  const prims = [];
  const numbers = new Map();
  let at = 0;
  const peek = () => tokens[at];
  const lines = () => {
    while (peek() === "\n" || peek() === ";") at++;
  };
  const group = () => {
    // Steps over a bracketed group and counts the numbers in it.
    let depth = 0;
    let count = 0;
    do {
      const t = tokens[at++];
      if ("([{".includes(t)) depth++;
      else if (")]}".includes(t)) depth--;
      else if (/^[-+]?(?:\d|\.\d|inf$|nan$)/.test(t)) count++;
    } while (depth > 0 && at < tokens.length);
    return count;
  };
  const metadata = () => {
    const saved = at;
    lines();
    if (peek() === "(") group();
    else at = saved;
  };
  const value = () => {
    lines();
    if ("([{".includes(peek())) return group();
    return /^[-+]?(?:\d|\.\d|inf$|nan$)/.test(tokens[at++]) ? 1 : 0;
  };
  const block = (path) => {
    lines();
    if (tokens[at++] !== "{") throw new Error(`{ expected in ${path}, found ${tokens[at - 1]}`);
    for (lines(); peek() !== "}"; lines()) {
      if (at >= tokens.length) throw new Error(`no end of ${path}`);
      statement(path);
    }
    at++;
  };
  const statement = (path) => {
    const word = tokens[at++];
    if (["def", "over", "class"].includes(word) && /^(?:["'\p{L}_])/u.test(peek())) {
      while (!/^["']/.test(peek())) at++;
      const own = `${path}/${tokens[at++].slice(1, -1)}`;
      prims.push(own);
      metadata();
      block(own);
    } else if (word === "variantSet") {
      const set = tokens[at++].slice(1, -1);
      at++;
      lines();
      at++;
      for (lines(); peek() !== "}"; lines()) {
        const name = tokens[at++].slice(1, -1);
        metadata();
        block(`${path}{${set}=${name}}`);
      }
      at++;
    } else property(path, word);
  };
  const property = (path, first) => {
    const words = [first];
    while (
      at < tokens.length &&
      peek() !== "=" &&
      peek() !== "\n" &&
      peek() !== "(" &&
      peek() !== ";" &&
      peek() !== "}"
    )
      words.push(tokens[at++]);
    const plain = words.join(" ").replace(/ \[ \]/g, "[]");
    if (peek() === "=") {
      at++;
      const count = value();
      const name = /^(?:(?:custom|uniform|varying|config) )*(\S+) (\S+)$/.exec(plain);
      if (name && name[1] !== "reorder" && name[1] !== "rel") numbers.set(`${path}.${name[2]}`, count);
    }
    metadata();
    while (at < tokens.length && peek() !== "\n" && peek() !== ";" && peek() !== "}") at++;
  };
  lines();
  if (peek() === "(") group();
  for (lines(); at < tokens.length; lines()) statement("");
  return { prims, numbers };
}
