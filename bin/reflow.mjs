#!/usr/bin/env node
import { existsSync } from "node:fs";

const entry = new URL("../dist/cli/main.js", import.meta.url);
if (!existsSync(entry)) {
  process.stderr.write("reflow: not built yet. Run `npm run build` in the repository first.\n");
  process.exit(2);
}
await import(entry.href);
