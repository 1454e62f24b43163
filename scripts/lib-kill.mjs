// What the kill scripts share: a command that can be killed, and folders compared byte for byte.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Runs a command; kills it after `after` ms. */
export function run([command, ...args], { cwd, after } = {}) {
  const begun = performance.now();
  const child = spawn(command, args, { cwd, stdio: ["ignore", "ignore", "pipe"] });
  let err = "";
  child.stderr.on("data", (d) => {
    err += d;
  });
  const timer = after === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), after);
  return new Promise((done) =>
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      done({ code, signal, err, ms: performance.now() - begun });
    }),
  );
}

/** Hash of every file but those that hold times, by path; empty where there is no folder. */
export function tree(folder) {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return new Map(
    files
      .map((e) => path.relative(folder, path.join(e.parentPath, e.name)))
      .filter((file) => !/^receipts\/|(^|\/)timing_summary\.json$/.test(file))
      .map((file) => [
        file,
        createHash("sha256")
          .update(readFileSync(path.join(folder, file)))
          .digest("hex"),
      ]),
  );
}

export function differing(a, b) {
  return [...new Set([...a.keys(), ...b.keys()])].filter((k) => a.get(k) !== b.get(k));
}
