import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { loadFlowCookbook } from "../cookbook/index.js";
import { makeRequest } from "../run/make-request.js";
import { runFlow } from "../run/run-flow.js";
import { validateTree } from "../tree/index.js";
import { structural } from "./flow.js";
import { STRUCTURAL } from "./folders.js";

const folder = await mkdtemp(path.join(tmpdir(), "reflow-structural-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const COOKBOOKS = fileURLToPath(new URL("../../../cookbooks", import.meta.url));

/** The dense board's cookbook with small, rough frames. */
async function smallCookbook(): Promise<string> {
  await cp(COOKBOOKS, path.join(folder, "cookbooks"), { recursive: true });
  const dir = path.join(folder, "cookbooks", "pcb", "dense");
  for (const name of await readdir(dir)) {
    const text = (await readFile(path.join(dir, name), "utf8"))
      .replace(/^resolution: .*$/m, "resolution: [320, 320]")
      .replace(/total_spp: .*/, "total_spp: 1")
      .replace(/max_bounces: .*/, "max_bounces: 1")
      .replace(/^look: .*$/m, "");
    await writeFile(path.join(dir, name), text);
  }
  return dir;
}

test("a small structural run: tree, accounts, page; the same request again does nothing", async () => {
  const cookbook = await loadFlowCookbook(await smallCookbook(), { roots: [] });
  const request = makeRequest(structural, cookbook, {
    seed: 0,
    set: ["render_patches=2", "defect_modes=shift,tombstone"],
  });
  const output = path.join(folder, "out");
  const { outcome, page } = await runFlow(structural, request, { output, workers: 2 });
  const [check] = await validateTree(output);
  expect(check).toMatchObject({ flow: "structural", problems: [] });
  const counts = check?.counts.structural_defect as Record<string, number>;
  for (const { of, generated } of outcome.accounts) expect(counts[of]).toBe(generated);
  expect(Object.keys(counts)).not.toContain("sideflip");
  expect(await readFile(page, "utf8")).toContain("Structural defects");
  expect((await runFlow(structural, request, { output, workers: 1 })).kept).toBe(4);
}, 120_000);

test("a named image-edit server that is not there is told before anything is rendered", async () => {
  const cookbook = await loadFlowCookbook("dense", { roots: [COOKBOOKS] });
  const request = makeRequest(structural, cookbook, {
    seed: 0,
    set: ["image_edit_endpoint=http://127.0.0.1:9/v1"],
  });
  const output = path.join(folder, "no-server");
  const run = runFlow(structural, request, { output, workers: 1 });
  await expect(run).rejects.toMatchObject({ code: "endpoint_unreachable" });
  expect(await readdir(output).catch(() => [])).not.toContain(STRUCTURAL.render);
});
