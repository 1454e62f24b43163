import { execFileSync } from "node:child_process";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { loadOrt } from "./ort.js";

test("loads a runtime that can build tensors", async () => {
  const { ort, build } = await loadOrt();
  expect(["native", "web"]).toContain(build);
  expect(new ort.Tensor("float32", Float32Array.from([1, 2]), [2]).dims).toEqual([2]);
});

test("no telemetry: loading and running leaves no trace of the uploader, in the main thread and in a worker", async () => {
  const scratch = await mkdtemp(path.join(tmpdir(), "ort-"));
  const kit = fileURLToPath(new URL("../../dist/kit/", import.meta.url));
  const script = `
    import { Worker } from "node:worker_threads";
    const { loadOrt } = await import(${JSON.stringify(`${kit}ort.js`)});
    if (process.argv[1] === "main") {
      const { ort } = await loadOrt();
      await ort.InferenceSession.create(new Uint8Array([1, 2, 3])).catch(() => {});
    } else {
      const inner = 'import("onnxruntime-node").then((o) => (o.default ?? o).InferenceSession.create(new Uint8Array([1])).catch(() => {}))';
      await new Promise((done) => new Worker(inner, { eval: true }).on("exit", done));
    }`;
  for (const where of ["main", "worker"])
    execFileSync(process.execPath, ["--input-type=module", "-e", script, where], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      env: { ...process.env, ORT_DISABLE_TELEMETRY: "", TMPDIR: scratch, HOME: scratch, CI: "" },
    });
  expect(await readdir(scratch)).toEqual([]);
});
