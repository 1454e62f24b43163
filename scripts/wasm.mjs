// Compiles the path tracer (AssemblyScript) to dist/scene/render/tracer.wasm; does nothing when that is up to date.
import { mkdirSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const source = path.join(root, "src/scene/render/wasm");
const target = path.join(root, "dist/scene/render/tracer.wasm");

const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const inputs = [
  fileURLToPath(import.meta.url),
  path.join(source, "../layout.ts"),
  ...readdirSync(source).map((name) => path.join(source, name)),
];
if (time(target) > Math.max(...inputs.map(time))) process.exit(0);

mkdirSync(path.dirname(target), { recursive: true });
const { default: asc } = await import("assemblyscript/asc");
// No relaxed SIMD: the same bytes on every machine. The host brings the memory, shared by all workers.
const { error, stderr } = await asc.main(
  [
    "index.ts",
    ...["--outFile", target, "--baseDir", source],
    ...["-O3", "--converge", "--noAssert", "--runtime", "stub"],
    ...["--enable", "simd", "--enable", "threads", "--enable", "bulk-memory"],
    ...["--importMemory", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
    ...["--use", "abort=", "--disableWarning", "112"],
  ],
  { writeFile: undefined },
);
if (error) {
  process.stderr.write(`${stderr}\n${error.message}\n`);
  process.exit(1);
}
