import { stat } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { dataError, exists, hashFile, joinInside, readJson } from "../../kit/index.js";

/** Every file of a bundle, relative to its folder. */
export const BUNDLE = {
  manifest: "manifest.json",
  model: "model.onnx",
  preprocessing: "preprocessing.json",
  thresholds: "thresholds.json",
  contract: "metric_contract.json",
  result: "metric_result.json",
  golden: "golden/vectors.json",
  card: "MODEL_CARD.md",
} as const;

const manifestSchema = z.object({
  format: z.literal("reflow-bundle"),
  version: z.literal(1),
  files: z.array(z.object({ path: z.string(), sha256: z.string(), bytes: z.number() })),
});
export type Manifest = z.infer<typeof manifestSchema>;

const thresholdsSchema = z.object({
  /** The evaluated threshold: NG when score > threshold on the KPI set. */
  threshold: z.number().nullable(),
  /** What `infer` cuts at: between the two neighbouring KPI scores, so rounding on other hardware changes nothing. */
  decision_threshold: z.number().nullable(),
  next_score_above: z.number().nullable(),
});
export type Thresholds = z.infer<typeof thresholdsSchema>;

const preprocessingSchema = z.looseObject({
  lights: z.array(z.string()),
  imageExt: z.string(),
});

const goldenSchema = z.object({
  pairs: z.array(
    z.object({
      row: z.number(),
      label: z.string(),
      test: z.array(z.string()),
      golden: z.array(z.string()),
      score: z.number(),
    }),
  ),
});
export type GoldenVectors = z.infer<typeof goldenSchema>;

/** A bundle whose every file has been compared with the manifest. */
export type Bundle = Readonly<{
  dir: string;
  model: string;
  lights: readonly string[];
  imageExt: string;
  thresholds: Thresholds;
  golden: GoldenVectors;
}>;

/**
 * Opens a bundle and checks every file against the manifest. Throws `bundle_missing`, `bundle_invalid`,
 * `bundle_file_missing` or `bundle_tampered` naming the file.
 */
export async function openBundle(dir: string): Promise<Bundle> {
  const manifestFile = path.join(dir, BUNDLE.manifest);
  if (!(await exists(manifestFile)))
    throw dataError(
      "bundle_missing",
      `${dir} is not a bundle: it has no ${BUNDLE.manifest}`,
      "Make one with `reflow export <run-dir> --output <dir>`.",
      { file: dir },
    );
  const manifest = parse(manifestSchema, await readJson(manifestFile), manifestFile);
  const listed = new Set(manifest.files.map((f) => f.path));
  for (const name of Object.values(BUNDLE))
    if (name !== BUNDLE.manifest && !listed.has(name))
      throw dataError("bundle_invalid", `the manifest does not list ${name}`, "Export the bundle again.", {
        file: manifestFile,
      });
  for (const entry of manifest.files) {
    const file = joinInside(dir, entry.path);
    const size = await stat(file).catch(() => undefined);
    if (!size?.isFile())
      throw dataError(
        "bundle_file_missing",
        `the bundle lacks ${entry.path}`,
        "Copy the whole bundle, or export it again.",
        { file },
      );
    if (size.size !== entry.bytes || (await hashFile(file)) !== entry.sha256)
      throw dataError(
        "bundle_tampered",
        `${entry.path} is not the file that was evaluated (its hash differs)`,
        "Export the bundle again from the run.",
        { file },
      );
  }
  const at = (name: string) => path.join(dir, name);
  const preprocessing = parse(
    preprocessingSchema,
    await readJson(at(BUNDLE.preprocessing)),
    at(BUNDLE.preprocessing),
  );
  return {
    dir,
    model: at(BUNDLE.model),
    lights: preprocessing.lights,
    imageExt: preprocessing.imageExt,
    thresholds: parse(thresholdsSchema, await readJson(at(BUNDLE.thresholds)), at(BUNDLE.thresholds)),
    golden: parse(goldenSchema, await readJson(at(BUNDLE.golden)), at(BUNDLE.golden)),
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw dataError(
    "bundle_invalid",
    `${issue?.path.join(".")}: ${issue?.message}`,
    "Export the bundle again from the run.",
    { file },
  );
}
