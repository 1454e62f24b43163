// Keeps docs/errors.md equal to the codes in the source: every code with its exit code, what it says and what to do.
// usage: node scripts/errors.mjs [--write]     without --write it fails when the page is not up to date
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PAGE = path.join(ROOT, "docs", "errors.md");
const EXIT = { usage: "2", data: "3", stage: "4", interrupted: "130" };
const CODE = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)+$/;
/** Codes of one word, told from other words by the class that takes them. */
const ONE_WORD = new Set(["interrupted", "usage"]);
/** Functions that take an id and a title, which only look like a code and its message. */
const NO_CODES = new Set([
  "flow",
  "knob",
  "put",
  "passed",
  "doubtful",
  "failed",
  "failedBy",
  "skipped",
  "setTimeout",
  "field",
  "range",
]);

/** Fields that are reported by a function which elsewhere takes a code. */
const FIELDS = new Set(["angle_min", "train_dataset", "validation_dataset"]);

/** @returns tokens {type: "id" | "text" | "mark", value, spaces}; templates are text with … for what is filled in. */
function tokens(source) {
  const out = [];
  let at = 0;
  const push = (type, value) => out.push({ type, value });
  while (at < source.length) {
    const c = source[at];
    if (/\s/.test(c)) at++;
    else if (source.startsWith("//", at)) at = end(source.indexOf("\n", at), source);
    else if (source.startsWith("/*", at)) at = end(source.indexOf("*/", at + 2), source) + 2;
    else if (c === '"' || c === "'") {
      let value = "";
      for (at++; source[at] !== c && at < source.length; at++) {
        if (source[at] === "\\") at++;
        value += source[at];
      }
      at++;
      push("text", value);
    } else if (c === "`") {
      const [value, next] = template(source, at);
      at = next;
      push("text", value);
    } else if (c === "/" && isRegex(out.at(-1))) {
      for (let inClass = false, first = at++; at < source.length; at++) {
        if (source[at] === "\\") at++;
        else if (source[at] === "[") inClass = true;
        else if (source[at] === "]") inClass = false;
        else if ((source[at] === "/" && !inClass && at > first) || source[at] === "\n") break;
      }
      at++;
      push("mark", "/");
    } else if (/[\w$]/.test(c)) {
      const word = /^[\w$]+/.exec(source.slice(at))[0];
      at += word.length;
      push("id", word);
    } else {
      const mark = source.startsWith("=>", at) ? "=>" : c;
      at += mark.length;
      push("mark", mark);
    }
  }
  return out;
}

const end = (found, source) => (found < 0 ? source.length : found);

/** A slash begins a regular expression unless a value stands before it. */
function isRegex(before) {
  if (!before) return true;
  if (before.type === "id") return /^(return|typeof|case|of|in)$/.test(before.value);
  return before.type === "mark" && !")]}/".includes(before.value);
}

function template(source, start) {
  let value = "";
  let at = start + 1;
  while (at < source.length && source[at] !== "`") {
    if (source[at] === "\\") {
      value += source[at + 1];
      at += 2;
    } else if (source.startsWith("${", at)) {
      value += "…";
      at += 2;
      for (let depth = 1; depth > 0 && at < source.length; ) {
        if (source[at] === "`") at = template(source, at)[1];
        else {
          if (source[at] === "{") depth++;
          if (source[at] === "}") depth--;
          at++;
        }
      }
    } else value += source[at++];
  }
  return [value, at + 1];
}

const OPEN = { "(": ")", "[": "]", "{": "}" };

/** The arguments after the bracket at `start`, each a list of tokens. */
function parts(list, start) {
  const out = [[]];
  const stack = [OPEN[list[start].value]];
  for (let i = start + 1; i < list.length; i++) {
    const t = list[i];
    if (t.type === "mark") {
      if (OPEN[t.value]) stack.push(OPEN[t.value]);
      else if (t.value === stack.at(-1)) {
        stack.pop();
        if (stack.length === 0) return out;
      } else if (t.value === "," && stack.length === 1) {
        out.push([]);
        continue;
      }
    }
    out.at(-1).push(t);
  }
  return [];
}

const isCode = (value) => CODE.test(value) || ONE_WORD.has(value);

/** The codes of an argument that is one text, or a choice between texts. */
function codesIn(part) {
  if (part.some((t) => t.type === "mark" && "({[".includes(t.value))) return [];
  const texts = part.filter((t) => t.type === "text").map((t) => t.value);
  const choice = part.some((t) => t.value === "?");
  return (part.length === 1 || choice) && texts.length > 0 && texts.every(isCode) ? texts : [];
}

/** What an argument says: its first text with a blank in it, or all texts of a sum or a choice. */
function wordsIn(part = []) {
  const said = part
    .filter((t) => t.type === "text" && /\p{L}.* | {1,2}.*\p{L}/u.test(t.value) && t.value.includes(" "))
    .map((t) => t.value);
  const sum = part.some((t) => t.type === "mark" && t.value === "+");
  return sum ? said.join("") : (said[0] ?? "");
}

/** The kind of error that a helper of this file makes, by its name. */
function helperKinds(source) {
  const kinds = new Map([
    ["dataError", "data"],
    ["usageError", "usage"],
  ]);
  for (const m of source.matchAll(/(?:function|const) (\w+) ?(?:= ?)?\(/g)) {
    const body = source
      .slice(m.index + m[0].length, m.index + 700)
      .split(/\n(?:export |async |function |const )/)[0];
    const made =
      /new ReflowError\(\s*"(\w+)"/.exec(body)?.[1] ?? (/\bdataError\(/.test(body) ? "data" : undefined);
    if (made && !kinds.has(m[1])) kinds.set(m[1], made);
  }
  return kinds;
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((e) => {
      const full = path.join(folder, e.name);
      if (e.isDirectory()) return e.name === "fixtures" ? [] : walk(full);
      return e.name.endsWith(".ts") && !/\.test\.ts$|testing\.ts$/.test(e.name) ? [full] : [];
    });
}

/** Every code of the source: code -> {folder, kinds, message, hint}. */
export function codesOfSource() {
  const found = new Map();
  const note = (code, folder, kind, message, hint) => {
    const held = found.get(code) ?? { folder, kinds: new Set(), message: "", hint: "" };
    found.set(code, held);
    if (kind) held.kinds.add(kind);
    if (!held.message) held.message = message;
    if (!held.hint) held.hint = hint;
  };
  for (const file of walk(path.join(ROOT, "src"))) {
    const source = readFileSync(file, "utf8");
    const folder = path.relative(path.join(ROOT, "src"), file).split(path.sep)[0];
    const list = tokens(source);
    const kinds = helperKinds(source);
    for (const [i, t] of list.entries()) {
      if (t.type !== "mark") continue;
      if (t.value === "(" && list[i - 1]?.type === "id") call(list, i, list[i - 1].value);
      else if (t.value === "[") row(list, i);
      else if (t.value === "{") record(list, i);
    }

    function call(all, i, callee) {
      if (NO_CODES.has(callee)) return;
      const args = parts(all, i);
      const own = callee === "ReflowError" || (callee === "super" && args[0]?.[0]?.value in EXIT);
      const k = own ? 1 : args.slice(0, 3).findIndex((arg) => codesIn(arg).length > 0);
      if (k < 0) return;
      const later = args.slice(k + 1);
      // Code, message, hint where the class itself is meant; a helper may take a file or a field in between.
      const fixed = own || callee === "dataError" || callee === "usageError";
      const said = fixed ? 0 : later.findIndex((arg) => wordsIn(arg) !== "");
      if (!kinds.has(callee) && said < 0 && !later.some((arg) => arg.some((t) => t.value === "=>"))) return;
      const kind = own ? args[0]?.[0]?.value : kinds.get(callee);
      const [message, hint] = said < 0 ? ["", ""] : [wordsIn(later[said]), wordsIn(later[said + 1])];
      for (const code of codesIn(args[k] ?? []))
        if (own || (CODE.test(code) && !FIELDS.has(code))) note(code, folder, kind, message, hint);
    }
    function row(all, i) {
      const [code, message, hint] = parts(all, i);
      if (hint && wordsIn(message) && wordsIn(hint))
        for (const c of codesIn(code)) note(c, folder, "stage", wordsIn(message), wordsIn(hint));
    }
    function record(all, i) {
      const fields = new Map(
        parts(all, i).flatMap(([name, colon, ...value]) =>
          colon?.value === ":" ? [[name.value, value]] : [],
        ),
      );
      const [code, message, hint] = ["code", "message", "hint"].map((name) => fields.get(name) ?? []);
      for (const c of codesIn(code))
        if (CODE.test(c)) note(c, folder, undefined, wordsIn(message), wordsIn(hint));
    }
  }
  return found;
}

/** The codes that docs/doctor.md explains. */
export function codesOfDoctor() {
  const text = readFileSync(path.join(ROOT, "docs", "doctor.md"), "utf8");
  return new Set([...text.matchAll(/^\| `(\w+)` \|/gm)].map((m) => m[1]));
}

const TITLES = {
  cli: "The command line",
  demo: "The demo",
  loop: "Plan and run",
  report: "The report",
  engine: "Jobs and bundles",
  metric: "Metrics",
  dataset: "Tables and images",
  changenet: "The change network",
  analysis: "Root causes and routing",
  mining: "Mining and merge",
  synthesis: "Synthetic defects",
  vision: "Vision",
  scene: "Scenes",
  flows: "Flows, intake and set-up",
  appearance: "Appearance edit",
  kit: "Files, images and the machine",
};

/** The page as it should be. */
export function errorsPage() {
  const doctor = codesOfDoctor();
  const groups = new Map();
  for (const [code, info] of [...codesOfSource()].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (!doctor.has(code)) groups.set(info.folder, [...(groups.get(info.folder) ?? []), [code, info]]);
  const order = [...Object.keys(TITLES), ...[...groups.keys()].filter((f) => !(f in TITLES)).sort()];
  const cell = (text) => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();
  const section = (folder) =>
    [
      `## ${TITLES[folder] ?? folder}`,
      "",
      "| code | exit | says | what to do |",
      "| --- | --- | --- | --- |",
      ...groups.get(folder).map(
        ([code, { kinds, message, hint }]) =>
          `| \`${code}\` | ${[...kinds]
            .map((k) => EXIT[k] ?? "")
            .filter(Boolean)
            .sort()
            .join(", ")} | ${cell(message)} | ${cell(hint)} |`,
      ),
      "",
    ].join("\n");
  return [
    "# Error codes",
    "",
    "<!-- Made by `node scripts/errors.mjs --write` from the source: do not edit. -->",
    "",
    "Every code that a command can print, stable for scripts. `…` stands for what is filled in. The codes of the data",
    "doctor are in [doctor.md](doctor.md); exit codes in [cli.md](cli.md). A code without an exit code is a problem that",
    "is listed with others: an error among them ends in 3.",
    "",
    ...order.filter((f) => groups.has(f)).map(section),
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const page = errorsPage();
  if (process.argv.includes("--write")) writeFileSync(PAGE, page);
  else if (readFileSync(PAGE, "utf8") !== page) {
    process.stderr.write("docs/errors.md is not up to date: run `node scripts/errors.mjs --write`\n");
    process.exitCode = 1;
  } else process.stdout.write("errors: docs/errors.md holds every code\n");
}
