import { dataError, type Problem } from "../../kit/errors.js";
import type { NumpyRandom } from "../../kit/numpy-random.js";
import type { RenderConfig } from "../cookbook/index.js";
import type { Scene } from "../model.js";
import { componentPool, type DefectRequest, type PosePlan, preparePoses } from "../poses/index.js";
import type { Labels } from "../semantics/index.js";

export type PoseSource = Readonly<{
  /** Chooses and poses components from a stream (contract 3.2). */
  prepare: (random: NumpyRandom) => PosePlan;
  problems: readonly Problem[];
}>;

/** What the defect and the missing flow draw from. `order`: the defects as the cookbook's file lists them. */
export function poseSource(scene: Scene, config: RenderConfig, order: readonly string[]): PoseSource {
  const types = config.component_types;
  if (types === undefined)
    throw dataError(
      "component_types_missing",
      `the ${config.pipeline_type} pipeline needs component_types`,
      "List the footprints whose components may get defects, or write component_types: ALL.",
      { field: "component_types" },
    );
  const pool = componentPool(scene.root, config.pcba_root, types);
  const requests =
    config.pipeline_type === "missing" ? missingRequest(config) : defectRequests(config, order);
  if (requests.length === 0)
    throw dataError(
      "no_defects_enabled",
      "no defect is enabled",
      "Set enabled: true for one under defects.",
      {
        field: "defects",
      },
    );
  const geometry = config.reflow.defect_geometry === "compatible" ? "upstream" : "physical";
  return {
    prepare: (random) =>
      preparePoses(scene, { components: pool.components, defects: requests, random, geometry }),
    problems: pool.problems,
  };
}

/** Component path → `{ defect: type }`. */
export function defectLabels(plan: PosePlan): Readonly<Record<string, Labels>> {
  return Object.fromEntries([...plan.labels].map(([path, defect]) => [path, { defect }]));
}

function missingRequest(config: RenderConfig): DefectRequest[] {
  return [{ type: "missing", ratio: config.missing?.ratio ?? config.defects?.missing?.ratio ?? 0.5 }];
}

function defectRequests(config: RenderConfig, order: readonly string[]): DefectRequest[] {
  const { shift, tombstone, sideflip, reverse_polarity, missing } = config.defects ?? {};
  const filter = (types: readonly string[] | undefined) => (types ? { componentTypes: types } : {});
  const all: (DefectRequest | undefined)[] = [
    shift?.enabled
      ? {
          type: "shift",
          ratio: shift.ratio,
          translateRange: shift.translate_range,
          rotateZRange: shift.rotate_z_range,
          ...filter(shift.component_types),
        }
      : undefined,
    ...(
      [
        ["tombstone", tombstone],
        ["sideflip", sideflip],
      ] as const
    ).map(([type, tilt]): DefectRequest | undefined =>
      tilt?.enabled
        ? {
            type,
            ratio: tilt.ratio,
            angleMin: tilt.angle_min,
            angleMax: tilt.angle_max,
            ...filter(tilt.component_types),
          }
        : undefined,
    ),
    reverse_polarity?.enabled
      ? {
          type: "reverse_polarity",
          ratio: reverse_polarity.ratio,
          ...filter(reverse_polarity.component_types),
        }
      : undefined,
    missing?.enabled ? { type: "missing", ratio: missing.ratio } : undefined,
  ];
  return all
    .filter((request) => request !== undefined)
    .sort((a, b) => order.indexOf(a.type) - order.indexOf(b.type));
}
