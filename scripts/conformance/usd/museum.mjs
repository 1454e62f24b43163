// OpenUSD's museum of composition cases: each is composed and compared, as text, with the result that OpenUSD keeps.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { dump } from "./dump.mjs";

/** The cases that OpenUSD's build file lists, with the arguments of its test driver. */
function cases(pcp) {
  const text = readFileSync(path.join(pcp, "CMakeLists.txt"), "utf8");
  const found = [];
  for (const [, name, body] of text.matchAll(/pxr_register_test\((\S+)([\s\S]*?)\n\s*\)/g)) {
    const command = /testPcpCompositionResults([^"]*)"/.exec(body)?.[1];
    const baseline = /STDOUT_REDIRECT (\S+)/.exec(body)?.[1];
    // Not read: the graph printer of one case, and a switch for files from before 2019.
    if (!command || !baseline || command.includes("--dumpPath") || /TCPS=1/.test(body)) continue;
    const option = (o) => new RegExp(`--${o} ('[^']*'|\\S+)`).exec(command)?.[1].replaceAll("'", "");
    const rest = command.replace(/--(?:payloads|session|errorFile|variantFallbacks) (?:'[^']*'|\S+)/g, "");
    const root = rest
      .trim()
      .split(/\s+/)
      .find((word) => !word.startsWith("--"));
    // Several runs of one case carry a number behind its name.
    const names = [name, name.replace(/\d+$/, ""), `testPcpMuseum_${root.split("/")[0]}`];
    const folders = names.map((n) => path.join(pcp, "testenv", `${n}.testenv`));
    const home = folders.find(existsSync);
    if (!home) continue;
    found.push({
      name: name.replace(/^testPcp(?:Museum_)?/, ""),
      home,
      root,
      baseline,
      session: option("session"),
      payloads: option("payloads"),
      errorFile: option("errorFile"),
    });
  }
  return found;
}

/** Paragraphs of an error file, by prim. */
function expectedErrors(file) {
  if (!existsSync(file)) return new Map();
  const counts = new Map();
  for (const block of readFileSync(file, "utf8").split(/^-{72}\n/m)) {
    const head = /^Errors while (?:composing <([^>]*)>|computing Layer Stack)\n/.exec(block);
    if (!head) continue;
    const lines = block
      .slice(head[0].length)
      .split("\n")
      .filter((line) => line !== "");
    // Continuation lines of cycles and conflicts are indented or carry on a list.
    const heads = lines.filter((line) => !/^(?:\s|which |CANNOT |NOTE|can be |@.*@<.*>$|-- )/.test(line));
    counts.set(head[1] ?? "", (counts.get(head[1] ?? "") ?? 0) + Math.max(1, heads.length));
  }
  return counts;
}

export function museum(openusd, only) {
  const pcp = path.join(openusd, "pxr/usd/pcp");
  const rows = [];
  for (const c of cases(pcp)) {
    if (only && !c.name.includes(only)) continue;
    if (process.env.VERBOSE) process.stderr.write(`${c.name}\n`);
    const row = { name: c.name, ok: false, errors: undefined, detail: "" };
    rows.push(row);
    const baseline = path.join(c.home, "baseline", c.baseline);
    const root = path.join(c.home, c.root);
    if (!existsSync(root) || !existsSync(baseline)) {
      row.detail = "files are missing";
      continue;
    }
    try {
      const { text, errors } = dump({
        root,
        session: c.session && path.join(c.home, c.session),
        payloads: new RegExp(`^(?:${c.payloads ?? ".*"})`),
        fallbacks: { standin: ["render"] },
        searchRoot: c.home,
        loading: { root: c.root, session: c.session },
      });
      const wanted = readFileSync(baseline, "utf8");
      row.ok = normal(text) === normal(wanted);
      if (!row.ok) row.detail = firstDifference(normal(text), normal(wanted));
      row.actual = text;
      const expected = expectedErrors(path.join(c.home, "baseline", c.errorFile ?? "none"));
      const places = new Set(errors.map((e) => e.at));
      row.errors = {
        expected: expected.size,
        found: [...expected.keys()].filter((at) => places.has(at)).length,
        extra: [...places].filter((at) => !expected.has(at)).length,
        list: errors,
      };
    } catch (error) {
      row.detail = `${error.stack}`;
    }
  }
  return rows;
}

const normal = (text) =>
  text
    .replaceAll("\r\n", "\n")
    .replace(/[ \t]+$/gm, "")
    .trimEnd();

function firstDifference(a, b) {
  const [x, y] = [a.split("\n"), b.split("\n")];
  const at = x.findIndex((line, i) => line !== y[i]);
  const i = at < 0 ? x.length : at;
  const head = y.slice(0, i + 1).findLast((line) => line.startsWith("Results for")) ?? "";
  return `${head}: ours "${x[i] ?? ""}", theirs "${y[i] ?? ""}"`;
}

export { readdirSync, statSync };
