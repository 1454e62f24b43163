// How much USD is read right: the usd-wg asset set and OpenUSD's own test cases, both fetched beside the repository.
//
//   npm run build
//   node scripts/conformance/usd.mjs --assets <folder> --openusd <folder> [--listing <file>] [--tinyusdz <folder>] [--json <file>]
//
// --assets   a checkout of the usd-wg asset set
// --openusd  a checkout of OpenUSD (pxr/usd/pcp and pxr/usd/sdf are used)
// --listing  paths of the whole asset set, one a line (git ls-tree -r --name-only HEAD): files that the checkout lacks
//            are then not counted against the stages that refer to them
// --tinyusdz a folder with node_modules/tinyusdz, for a cross-check
//
// Prints a table; each check compares with something that we did not compute, so each can fail.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { openAll, readLayers } from "./usd/assets.mjs";
import { museum } from "./usd/museum.mjs";
import { parsing } from "./usd/parsing.mjs";
import { crossCheck } from "./usd/tinyusdz.mjs";

const option = (name) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const [assets, openusd] = [option("assets"), option("openusd")].map(
  (folder) => folder && path.resolve(folder),
);
if (!assets && !openusd) {
  process.stderr.write(
    "usage: node scripts/conformance/usd.mjs --assets <folder> --openusd <folder> [--listing <file>] [--tinyusdz <folder>] [--json <file>]\n",
  );
  process.exit(2);
}

const table = [];
const failures = [];
const line = (what, rows, check, ok = (row) => row.ok) => {
  const right = rows.filter(ok).length;
  table.push({ what, right, of: rows.length, check });
  for (const row of rows) if (!ok(row)) failures.push({ what, name: row.name, detail: row.detail });
};

if (assets) {
  const layers = readLayers(assets);
  line(
    "usd-wg: text layers",
    layers.filter((l) => !l.crate),
    "prims and numbers per value against a second, token-counting reader",
  );
  line(
    "usd-wg: crate layers",
    layers.filter((l) => l.crate),
    "every prim, value and time sample against the crate parser of three.js",
  );
  const listing = option("listing");
  const absent = new Set(
    (listing ? readFileSync(listing, "utf8").split("\n") : [])
      .filter((name) => /\.(?:usd[acz]?|mtlx)$/.test(name) && !existsSync(path.join(assets, name)))
      .map((name) => path.basename(name)),
  );
  const stages = await openAll(assets, absent);
  line(
    "usd-wg: files opened as stages",
    stages,
    "nothing missing but what the set leaves out on purpose; authored model boxes (extentsHint) met",
  );
  table.push({
    what: "usd-wg: model boxes",
    right: stages.reduce((n, s) => n + s.hints.right, 0),
    of: stages.reduce((n, s) => n + s.hints.right + s.hints.wrong.length, 0),
    check: "box of the flattened parts against the authored extentsHint",
  });
  const whole = stages.filter((s) => !s.unread);
  table.push({
    what: "usd-wg: … of them without MaterialX documents, which are not read",
    right: whole.filter((s) => s.ok).length,
    of: whole.length,
    check: "as above",
  });
  const opened = new Map(stages.map((s) => [s.name, s]));
  for (const feature of [
    "references",
    "internal references",
    "sublayers",
    "payloads",
    "inherits",
    "specializes",
    "variants",
    "instances",
    "point instancers",
    "time samples",
    "semantics",
  ]) {
    const users = layers
      .filter((l) => l.features.includes(feature))
      .map((l) => ({ ...l, stage: opened.get(l.name.replace(/\.usdz\[.*$/, ".usdz")) }));
    line(
      `usd-wg: layers with ${feature}`,
      users,
      "read right, and their stage opened right",
      (l) => l.ok && (l.stage?.ok ?? false),
    );
  }
  const tiny = option("tinyusdz");
  if (tiny) {
    const rows = await crossCheck(assets, path.resolve(tiny));
    const both = rows.filter((r) => ["agrees", "differs"].includes(r.state));
    line(
      "usd-wg: layers that tinyusdz reads, too",
      both,
      "prims and array values equal",
      (r) => r.state === "agrees",
    );
  }
}

if (openusd) {
  const cases = museum(openusd);
  line(
    "OpenUSD: composition cases",
    cases,
    "layer stacks, prim stacks, variants, children, properties, targets, time offsets: text equal to the baseline",
  );
  const places = cases.filter((c) => c.errors && (c.errors.expected > 0 || c.errors.extra > 0));
  line(
    "OpenUSD: composition cases with errors",
    places,
    "errors at exactly the prims of the baseline",
    (c) => c.errors.found === c.errors.expected && c.errors.extra === 0,
  );
  for (const [what, pattern] of [
    ["references", /Reference/],
    ["payloads", /Payload/],
    ["inherits and classes", /Inherit|Class/],
    ["specializes", /Specializ/],
    ["variants", /Variant/],
    ["instancing", /Instancing/],
    ["relocates", /Reloc/],
    ["sublayers and time", /Sublayer|Time|Owner/],
    ["list edits", /List/],
    ["expressions", /Expression/],
  ])
    line(
      `OpenUSD: … of them about ${what}`,
      cases.filter((c) => pattern.test(c.name)),
      "as above",
    );
  const layers = readLayers(path.join(openusd, "pxr"));
  line(
    "OpenUSD: text layers of its tests",
    layers.filter((l) => !l.crate),
    "against the token-counting reader; one broken file refused",
  );
  const crates = layers.filter((l) => l.crate);
  line(
    "OpenUSD: crate layers of its tests",
    crates.filter((l) => !l.unchecked),
    `against three.js; one broken file refused; ${crates.filter((l) => l.unchecked).length} more of versions that three.js cannot read`,
  );
  const parsed = parsing(openusd);
  line(
    "OpenUSD: parser cases, good files",
    parsed.filter((p) => !p.bad),
    "equal to the file that OpenUSD wrote from it",
  );
  line(
    "OpenUSD: parser cases, bad files",
    parsed.filter((p) => p.bad),
    "refused with row and column",
  );
}

process.stdout.write("| what | right | of | check |\n|---|---|---|---|\n");
for (const row of table) process.stdout.write(`| ${row.what} | ${row.right} | ${row.of} | ${row.check} |\n`);
if (failures.length > 0) process.stdout.write("\nNot right:\n\n");
const seen = new Set();
for (const { what, name, detail } of failures) {
  if (/with|about/.test(what) || seen.has(`${what} ${name}`)) continue;
  seen.add(`${what} ${name}`);
  process.stdout.write(
    `- ${what}: ${name}: ${String(detail ?? "")
      .split("\n")[0]
      .replaceAll(assets ?? "\0", ".")
      .slice(0, 200)}\n`,
  );
}
const json = option("json");
if (json) writeFileSync(json, `${JSON.stringify({ table, failures }, null, 2)}\n`);
