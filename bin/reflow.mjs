#!/usr/bin/env node
import { existsSync } from "node:fs";

// Before anything can load ONNX Runtime (see src/kit/no-telemetry.ts).
process.env.ORT_DISABLE_TELEMETRY = "1";
const entry = new URL("../dist/cli/main.js", import.meta.url);
if (!existsSync(entry)) {
  process.stderr.write("reflow: not built yet. Run `npm run build` in the repository first.\n");
  process.exit(2);
}
await import(entry.href);
