// Kills a flow of `reflow generate` at random moments (SIGKILL), gives the same command again and compares every byte
// with an undisturbed run; receipts hold times and are left out.
// Needs `npm run build`. usage: node scripts/kill-flow.mjs [--flows finetune,day1-align,texture-day0] [--rounds 3] [--seed 1]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { seeded } from "../dist/kit/random.js";
import { differing, run, tree } from "./lib-kill.mjs";

const { values: flag } = parseArgs({
  options: {
    flows: { type: "string", default: "finetune,day1-align,texture-day0" },
    rounds: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
  },
});
const cli = fileURLToPath(new URL("../bin/reflow.mjs", import.meta.url));
const root = mkdtempSync(path.join(tmpdir(), "reflow-kill-"));
const random = seeded(Number(flag.seed));
/** Kills of a round before the run may end. */
const BLOWS = 3;

let bad = 0;
for (const flow of flag.flows.split(",")) {
  const cookbook = ["day1-roi", "finetune"].includes(flow) ? "glass" : "dense";
  // Always the same folder: some files name it.
  const out = path.join(root, "out");
  const command = [
    process.execPath,
    cli,
    "generate",
    flow,
    "--cookbook",
    cookbook,
    "--output",
    out,
    "--plain",
  ];
  const first = await run(command);
  if (first.code !== 0) throw new Error(`${flow}: exit ${first.code}\n${first.err}`);
  const wanted = tree(out);
  let killed = 0;
  const differ = [];
  for (let round = 0; round < Number(flag.rounds); round++) {
    rmSync(out, { recursive: true, force: true });
    for (let blow = 0; blow < BLOWS; blow++)
      if ((await run(command, { after: random.range(0.05, 0.9) * first.ms })).signal === "SIGKILL") killed++;
    const last = await run(command);
    const off = differing(tree(out), wanted);
    if (last.code !== 0 || off.length > 0)
      differ.push(`exit ${last.code}: ${off.slice(0, 5).join(", ")} ${last.err.slice(-300)}`);
  }
  // A run that nothing stopped proves nothing.
  bad += differ.length + Number(killed === 0);
  process.stdout.write(
    `${flow}: ${wanted.size} files, ${flag.rounds} rounds, ${killed} kills, ${differ.length} differ\n${differ.map((d) => `  ${d}\n`).join("")}`,
  );
  rmSync(out, { recursive: true, force: true });
}
rmSync(root, { recursive: true, force: true });
process.exitCode = bad > 0 ? 1 : 0;
