import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../kit/errors.js";
import type { PairRender } from "./place.js";

/** What must agree for two renders to show the same places from the same camera in the same light. */
const MUST_AGREE = [
  "scene",
  "pcba_root",
  "resolution",
  "scan_grid",
  "horizontal_aperture",
  "camera_rotation",
  "random_seed",
  "seed",
  "samples_per_position",
];

/** A warning that names the settings in which two renders differ; nothing else would tell that pairs do not fit. */
export function renderDifferences(good: PairRender, defect: PairRender): readonly Problem[] {
  if (!good.metadata || !defect.metadata) return [];
  const [a, b] = [good.metadata.config, defect.metadata.config];
  const different = MUST_AGREE.filter(
    (key) => a[key] !== undefined && b[key] !== undefined && !isDeepStrictEqual(a[key], b[key]),
  );
  if (different.length === 0) return [];
  return [
    {
      code: "renders_differ",
      severity: "warning",
      message: `the renders differ in ${different.map((k) => `${k} (${text(a[k])} and ${text(b[k])})`).join(", ")}`,
      hint: "Golden and test pictures may show different places or light: render both with the same settings.",
      where: { file: defect.metadata.file },
    },
  ];
}

function text(value: unknown): string {
  const json = JSON.stringify(value);
  return json.length > 60 ? `${json.slice(0, 57)}…` : json;
}
