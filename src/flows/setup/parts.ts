import type { SetupCase } from "../knobs/index.js";
import type { HubRepository } from "./hub.js";

/** Where a part can come from besides `--from`. */
export type Source =
  | Readonly<{
      kind: "hub";
      repository: HubRepository;
      below?: string;
      only?: readonly string[];
      to?: string;
    }>
  | Readonly<{ kind: "magnetic-tile"; url: string }>
  | Readonly<{ kind: "boards" }>;

/** What a part must hold, see `checkPart`. */
export type PartKind = "model" | "raw" | "assets" | "pretrained";

/** One folder under the root that a case prepares. */
export type Part = Readonly<{
  path: string;
  kind: PartKind;
  usecase: string;
  sources: readonly Source[];
  /** Flows on one machine need it; without it only cluster workflows lack something. */
  needed: boolean;
  /** What to put there by hand, and where from. */
  byHand: string;
}>;

const model = (id: string): Source => ({ kind: "hub", repository: { kind: "model", id } });
const dataset = (id: string): Source => ({ kind: "hub", repository: { kind: "dataset", id } });
const inside = (id: string, to: string, only?: readonly string[]): Source => ({
  kind: "hub",
  repository: { kind: "model", id },
  to,
  ...(only && { only }),
});

const RAW =
  "<material>/clean_image, <material>/mask/<defect>, <material>/anomaly_image/<defect> and defect_spec.jsonl";

function checkpoint(usecase: string, id: string): Part {
  return {
    path: `models/${usecase}`,
    kind: "model",
    usecase,
    sources: [model(id)],
    needed: false,
    byHand: `ag_config.yaml and iter_<9 digits>.pt, from ${id} or from runs/<name>/finetune`,
  };
}

export const MAGNETIC_TILE_ZIP =
  "https://codeload.github.com/abin24/Magnetic-tile-defect-datasets./zip/refs/heads/master";

/** The parts of each case, with their sources (dig 9). */
export function partsOf(setup: SetupCase, sizes: readonly string[] = ["2B"]): readonly Part[] {
  switch (setup) {
    case "pcb":
      return [
        {
          path: "datasets/pcb/assets",
          kind: "assets",
          usecase: "pcb",
          sources: [{ kind: "boards" }, dataset("nvidia/Spark-AnomalyGen-USD")],
          needed: true,
          byHand:
            "a scene (.usd, .usda, .usdc, .usdz) with what it refers to, and input_real_image/<board>.jpg for Day 1",
        },
        {
          path: "datasets/pcb/raw",
          kind: "raw",
          usecase: "pcb",
          sources: [dataset("nvidia/Cosmos-AnomalyGen-PCB-Dataset")],
          needed: true,
          byHand: `${RAW}; materials IC, passive_component`,
        },
        checkpoint("pcb", "nvidia/Cosmos-AnomalyGen-PCB-2B"),
      ];
    case "metal":
      return [
        {
          path: "datasets/metal_surface/raw",
          kind: "raw",
          usecase: "metal_surface",
          sources: [{ kind: "magnetic-tile", url: MAGNETIC_TILE_ZIP }],
          needed: true,
          byHand: `${RAW}; material metal_surface, defects MT_Blowhole, MT_Break, MT_Crack, MT_Fray, MT_Uneven`,
        },
        checkpoint("metal_surface", "nvidia/Cosmos-AnomalyGen-Metal-2B"),
      ];
    case "glass":
      return [
        {
          path: "datasets/glass/raw",
          kind: "raw",
          usecase: "glass",
          sources: [],
          needed: true,
          byHand:
            "the COCO export of the Roboflow project mobile-screen as mobile_screen.zip (its page wants a browser and a licence): name it with --from; or " +
            `${RAW}; material Phone, defects oil, scratch, stain`,
        },
        checkpoint("glass", "nvidia/Cosmos-AnomalyGen-Glass-2B"),
      ];
    case "pretrained":
      return [
        {
          path: "models/pretrained",
          kind: "pretrained",
          usecase: "pretrained",
          sources: [
            ...sizes.map((s) =>
              inside(
                `nvidia/Cosmos-Predict2-${s}-Text2Image`,
                `pretrained/nvidia/Cosmos-Predict2-${s}-Text2Image`,
              ),
            ),
            inside("google-t5/t5-large", "pretrained/google-t5/t5-large"),
            inside("facebook/dinov2-large", "pretrained/facebook/dinov2-large"),
            inside("nvidia/C-RADIOv3-B", "pretrained/nvidia/C-RADIO-V3", ["model.safetensors"]),
          ],
          needed: false,
          byHand:
            "pretrained/{nvidia, google-t5, facebook, NVDINOV2, sam2, Qwen}, about 80 GB; Reflow's own generator needs none of it",
        },
      ];
  }
}
