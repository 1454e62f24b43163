import type { Account, FlowOutcome, Sample } from "../run/types.js";
import type { Learnt } from "./learn.js";
import type { PlacedMasks } from "./place.js";
import { ANOMALY, type Synthesised } from "./synthesise.js";

type Table = FlowOutcome["tables"][number];

/** Requested, allocated, generated and refused of every defect type. */
export function defectAccounts(
  requested: number,
  dropped: readonly string[],
  { allocation, placed }: PlacedMasks,
  made: Synthesised,
): readonly Account[] {
  const types = Object.keys(allocation);
  return [
    {
      of: "defects",
      unit: "pictures",
      requested,
      allocated: types.reduce((sum, type) => sum + (allocation[type] ?? 0), 0),
      generated: made.made.length,
      refused: made.refused,
    },
    ...types.map((type) => ({
      of: type,
      unit: "pictures",
      requested: null,
      allocated: allocation[type] ?? 0,
      generated: made.made.filter((row) => row.type === type).length,
      refused: { no_place: (allocation[type] ?? 0) - (placed[type] ?? 0) },
    })),
    ...dropped.map((type) => ({
      of: type,
      unit: "pictures",
      requested: null,
      allocated: 0,
      generated: 0,
      refused: { no_clean_images: 1 },
    })),
  ];
}

/** Per defect type: pictures, mean PSNR inside the mask, likeness to real ones, guardrail failures (dig 5.6). */
export function defectTable({ made, scores }: Synthesised): Table {
  const types = [...new Set(made.map((row) => row.type))].sort();
  return {
    title: "Defect types",
    header: ["type", "pictures", "mean PSNR (dB)", "nn_score", "guardrail failures"],
    rows: types.map((type) => {
      const rows = made.filter((row) => row.type === type);
      const psnr = rows.map((row) => Number(row.psnr)).filter((v) => Number.isFinite(v) && v > 0);
      const nn = scores.find((s) => s.type === type)?.nn;
      return [
        type,
        rows.length,
        psnr.length > 0 ? (psnr.reduce((a, b) => a + b, 0) / psnr.length).toFixed(1) : "–",
        typeof nn === "number" ? nn.toFixed(3) : "–",
        rows.filter((row) => !row.passed).length,
      ];
    }),
  };
}

/** Steps of a training and the one that was chosen (dig 5.6). */
export function trainingTables({ types, steps, best }: Learnt): readonly Table[] {
  return [
    {
      title: "What was learnt",
      header: ["type", "specimens", "with a picture"],
      rows: types.map((t) => [t.type, t.specimens, t.pictured]),
    },
    {
      title: "Steps",
      header: ["step", "average nn_score", "chosen"],
      rows: steps.map(({ step, nn }) => [
        step,
        nn === null ? "–" : nn.toFixed(4),
        step === best ? "yes" : "",
      ]),
    },
  ];
}

/** The generated pictures, with columns before them for what they were made from. */
export function anomalySamples(
  { made }: Synthesised,
  before: readonly string[],
  sourcesOf: (image: string) => readonly string[] | undefined,
): FlowOutcome["samples"] {
  const n = before.length;
  const rows: Sample[] = made.flatMap(({ name, image, type }) => {
    const sources = sourcesOf(image);
    return sources
      ? [
          {
            group: type,
            cell: image,
            name: name.replace(/\.png$/, ""),
            files: [...sources, `${ANOMALY}/reconstructed_image/${name}`, `${ANOMALY}/original_mask/${name}`],
          },
        ]
      : [];
  });
  return {
    columns: [
      ...before.map((label) => ({ label })),
      { label: "AnomalyGen" },
      { label: "Mask" },
      { label: "Outline", outline: { picture: n, mask: n + 1 } },
    ],
    rows,
  };
}

/** Files of the original picture and mask of a generated one, where nothing came before it. */
export function originals({ made }: Synthesised): FlowOutcome["samples"] {
  return {
    columns: [
      { label: "Original image" },
      { label: "Original mask" },
      { label: "AnomalyGen" },
      { label: "Outline", outline: { picture: 2, mask: 1 } },
    ],
    rows: made.map(({ name, image, type }) => ({
      group: type,
      cell: image,
      name: name.replace(/\.png$/, ""),
      files: [
        `${ANOMALY}/original_image/${name}`,
        `${ANOMALY}/original_mask/${name}`,
        `${ANOMALY}/reconstructed_image/${name}`,
      ],
    })),
  };
}
