// Installs the locked dependencies when node_modules is missing or older than the lock file.
// Used by the two README commands so that each works on a fresh clone by itself.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";

const mark = "node_modules/.package-lock.json";
const fresh = existsSync(mark) && statSync(mark).mtimeMs >= statSync("package-lock.json").mtimeMs;
if (!fresh) {
  process.stderr.write("Installing dependencies (npm ci) …\n");
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  const done = spawnSync(npm, ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    stdio: "inherit",
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
  });
  process.exit(done.status ?? 1);
}
