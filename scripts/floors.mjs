// Fails when a module imports from a higher floor (see docs/architecture.md), or when two
// capability folders form an import cycle.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const FLOORS = [
  ["kit"],
  [
    "dataset",
    "metric",
    "analysis",
    "changenet",
    "mining",
    "vision",
    "scene",
    "placement",
    "synthesis",
    "appearance",
  ],
  ["engine"],
  ["loop", "flows", "demo"],
  ["cli", "server", "mcp", "report"],
];
const floorOf = new Map(FLOORS.flatMap((names, level) => names.map((n) => [n, level])));
const problems = [];
const edges = new Map();

function walk(dir) {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? walk(path.join(dir, e.name)) : e.name.endsWith(".ts") ? [path.join(dir, e.name)] : [],
  );
}

for (const file of walk("src")) {
  const folder = path.relative("src", file).split(path.sep)[0];
  if (folder.endsWith(".ts")) continue;
  const from = floorOf.get(folder);
  if (from === undefined) {
    problems.push(`${file}: folder "${folder}" is on no floor; add it to scripts/floors.mjs`);
    continue;
  }
  const text = readFileSync(file, "utf8");
  for (const m of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.[^"']+)["']/g)) {
    const target = path.relative("src", path.resolve(path.dirname(file), m[1])).split(path.sep)[0];
    const to = floorOf.get(target);
    if (to === undefined || target === folder) continue;
    // A test may reach for anything on the floors above (end-to-end checks live beside the code).
    if (to > from && !file.endsWith(".test.ts")) problems.push(`${file}: imports up, ${folder} -> ${target}`);
    if (to === from && !file.endsWith(".test.ts"))
      edges.set(folder, (edges.get(folder) ?? new Set()).add(target));
  }
}

function cycle(node, trail) {
  if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
  for (const next of edges.get(node) ?? []) {
    const found = cycle(next, [...trail, node]);
    if (found) return found;
  }
  return null;
}
for (const node of edges.keys()) {
  const found = cycle(node, []);
  if (found) {
    problems.push(`import cycle between folders: ${found.join(" -> ")}`);
    break;
  }
}

for (const p of problems) process.stderr.write(`${p}\n`);
process.stdout.write(
  problems.length ? `floors: ${problems.length} problem(s)\n` : "floors: imports go down only\n",
);
process.exit(problems.length ? 1 : 0);
