import { ReflowError } from "../../kit/errors.js";
import { writeGlassDataset } from "../exemplars/glass-dataset.js";
import type { FlowContext } from "../run/types.js";
import { rawFolder, specFolder } from "./artifacts.js";

/** Labelled pictures of a use case: an absolute folder, or one below the output. */
export type Labelled = Readonly<{ dataset: string; below: boolean }>;

export const DRAWN = "dataset";

/**
 * The labelled pictures of a request: `datasets/<usecase>/raw` of its storage root, at the folder of the
 * `defect_spec.jsonl` if there is one; without a root those that Reflow draws, where the cookbook has such. Throws
 * `root_missing` and `artifact_missing`.
 */
export async function labelledData(c: FlowContext): Promise<Labelled> {
  const { cookbook, knobs, seed } = c.request;
  const raw = await rawFolder(knobs, cookbook.usecase);
  if (raw !== undefined) return { dataset: (await specFolder(raw)) ?? raw, below: false };
  if (cookbook.settings.exemplars !== "glass")
    throw new ReflowError(
      "usage",
      "root_missing",
      `the cookbook ${cookbook.name} needs labelled pictures, and no storage root is named`,
      `Name it with --set dig_url_root=<folder>; \`reflow setup ${cookbook.usecase === "metal_surface" ? "metal" : "pcb"}\` prepares one.`,
    );
  await c.step({
    id: "exemplars",
    title: "Drawn glass",
    makes: [DRAWN],
    after: "clean",
    parameters: {},
    run: async ({ at, emit }) => ({
      pictures: await writeGlassDataset(at(DRAWN), seed, (done, total) =>
        emit({ type: "progress", what: "drawing glass", done, total, unit: "pictures" }),
      ),
    }),
    told: (r) => `${r.pictures} pictures`,
  });
  return { dataset: DRAWN, below: true };
}
