import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { Place, Problem } from "../../kit/errors.js";
import { ReflowError } from "../../kit/errors.js";
import { readText } from "../../kit/files.js";

export type KeyPath = readonly (string | number)[];

/** One YAML file whose top level is a map, and where in the text its values stand. */
export type YamlFile = Readonly<{
  file: string;
  /** Empty when the file cannot be read as a map; `problems` says why. */
  value: Readonly<Record<string, unknown>>;
  problems: readonly Problem[];
  /** Line and column of a value, or of its nearest ancestor that exists. */
  placeOf: (path: KeyPath) => Place;
  /** Line and column of a key of the map at `path`. */
  placeOfKey: (path: KeyPath, key: string) => Place;
}>;

/** More than any cookbook has; larger files are refused before they are parsed. */
const MOST_BYTES = 2_000_000;

/** Deeper nesting than any cookbook's; without end it can end the whole process, not only overflow the parser's stack. */
const DEEPEST = 200;

/** The 1-based row where more than {@link DEEPEST} brackets are open or dashes stand in a row; 0: nowhere. */
function deepRow(text: string): number {
  let open = 0;
  for (const [i, line] of text.split("\n").entries()) {
    for (const c of line)
      if (c === "[" || c === "{") {
        if (++open > DEEPEST) return i + 1;
      } else if ((c === "]" || c === "}") && open > 0) open--;
    if (/^\s*(?:[-?:]\s+){200}/.test(line)) return i + 1;
  }
  return 0;
}

/** Reads a YAML 1.2 file (merge keys allowed). What is wrong with it comes back as problems with line and column. */
export async function readYamlFile(file: string): Promise<YamlFile> {
  try {
    return parseYaml(await readText(file), file);
  } catch (error) {
    if (!(error instanceof ReflowError)) throw error;
    return broken(file, [problem(error.code, error.message, error.hint, { file })]);
  }
}

export function parseYaml(text: string, file: string): YamlFile {
  if (text.length > MOST_BYTES)
    return broken(file, [
      problem("yaml_invalid", `the file has over ${MOST_BYTES} characters`, "Name a cookbook.", { file }),
    ]);
  const row = deepRow(text);
  if (row > 0)
    return broken(file, [
      problem("yaml_invalid", `over ${DEEPEST} brackets or dashes are open at once`, "Name a cookbook.", {
        file,
        row,
      }),
    ]);
  const lines = new LineCounter();
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, row: line, column: col };
  };
  let document: Document.Parsed;
  try {
    document = parseDocument(text.replace(/^\uFEFF/, ""), {
      lineCounter: lines,
      prettyErrors: false,
      merge: true,
    });
  } catch (error) {
    // Nesting without end overflows the parser's stack.
    const message = `cannot be parsed: ${(error as Error).message}`;
    return broken(file, [problem("yaml_invalid", message, "Fix the YAML syntax.", { file })]);
  }
  if (document.errors.length > 0)
    return broken(
      file,
      document.errors.map((e) =>
        problem("yaml_invalid", e.message.split("\n")[0] ?? "invalid", "Fix the YAML syntax.", at(e.pos[0])),
      ),
    );
  const place: Omit<YamlFile, "value" | "problems"> = {
    file,
    placeOf: (path) => placeOf(document, path, at, file),
    placeOfKey: (path, key) => placeOfKey(document, path, key, at, file),
  };
  if (document.contents === null) return { ...place, value: {}, problems: [] };
  if (!isMap(document.contents))
    return broken(file, [
      problem("yaml_not_a_map", "the file holds no map of keys and values", "See docs/scene-render.md.", {
        file,
      }),
    ]);
  try {
    const value = document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>;
    return { ...place, value, problems: [] };
  } catch (error) {
    // Aliases without an anchor, and aliases that multiply without bound.
    const message = `not usable YAML: ${(error as Error).message.split("\n")[0]}`;
    return broken(file, [
      problem("yaml_invalid", message, "Write the values out instead of using aliases.", { file }),
    ]);
  }
}

function placeOf(document: Document, path: KeyPath, at: (offset: number) => Place, file: string): Place {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return { ...at(node.range[0]), field: fieldName(path) };
  }
  return { file, ...(path.length > 0 ? { field: fieldName(path) } : {}) };
}

function placeOfKey(
  document: Document,
  path: KeyPath,
  key: string,
  at: (offset: number) => Place,
  file: string,
): Place {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isMap(map))
    for (const pair of map.items)
      if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === key && pair.key.range)
        return { ...at(pair.key.range[0]), field: fieldName([...path, key]) };
  return placeOf(document, [...path, key], at, file);
}

/** `lighting.layers.Inner_Red.intensity`, `semantics[3].match`. */
export function fieldName(path: KeyPath): string {
  return path.reduce<string>(
    (name, part) => (typeof part === "number" ? `${name}[${part}]` : name === "" ? part : `${name}.${part}`),
    "",
  );
}

function broken(file: string, problems: readonly Problem[]): YamlFile {
  return { file, value: {}, problems, placeOf: () => ({ file }), placeOfKey: () => ({ file }) };
}

function problem(code: string, message: string, hint: string, where: Place): Problem {
  return { code, severity: "error", message, hint, where };
}
