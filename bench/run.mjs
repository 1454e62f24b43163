// Lists the benches, or runs one: `npm run bench`, `npm run bench kpi -- …`.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const names = readdirSync(here)
  .filter((f) => f.endsWith(".mjs") && f !== "run.mjs" && !f.startsWith("lib"))
  .map((f) => f.slice(0, -4))
  .sort();
const [name, ...rest] = process.argv.slice(2);
if (!name || !names.includes(name)) {
  process.stdout.write(`benches: ${names.join(", ")}\nrun one with \`npm run bench <name>\`\n`);
  process.exit(name ? 2 : 0);
}
process.exit(
  spawnSync(process.execPath, [path.join(here, `${name}.mjs`), ...rest], { stdio: "inherit" }).status ?? 1,
);
