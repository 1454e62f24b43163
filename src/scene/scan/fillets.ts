import type { Problem } from "../../kit/errors.js";
import type { NumpyRandom } from "../../kit/numpy-random.js";
import type { RenderConfig } from "../cookbook/index.js";
import { CONTRACT_FILLET, type FilletDraw, withContractFillets } from "../fillet/index.js";
import { drawKnob } from "../lights/index.js";
import type { Box, Material, Scene } from "../model.js";
import { componentPool } from "../poses/index.js";
import type { Pose } from "../view.js";

/** The fillets as the cookbook's `solder_fillet` has them; undefined when it wants none. */
export function plainFillet(config: RenderConfig): FilletDraw | undefined {
  const own = config.solder_fillet;
  if (!own?.enabled) return undefined;
  const d = CONTRACT_FILLET;
  return {
    shape: {
      longEdge: own.long_edge ?? d.longEdge,
      xScale: own.x_scale ?? d.xScale,
      platformStart: own.platform_start ?? d.platformStart,
      platformEnd: own.platform_end ?? d.platformEnd,
      smoothness: own.smoothness_y ?? d.smoothness,
      bump: own.bump ?? d.bump,
      decay: own.delta_x_decay ?? d.decay,
      noiseScale: own.noise_scale ?? d.noiseScale,
      octaves: own.noise_octaves ?? d.octaves,
      noiseAmplitude: own.noise_amp ?? d.noiseAmplitude,
      resolution: own.resolution ?? d.resolution,
    },
    fit: {
      adaptive: own.adaptive_scale,
      sx: own.fillet_sx ?? 0.14,
      sz: own.fillet_sz ?? 0.24,
      inwardMm: own.inward_offset_mm,
      inwardShare: own.inward_frac ?? 0.15,
      zOffsetMm: own.z_offset_mm ?? 0,
    },
  };
}

/** The fillets of a trigger or sample, in the order of `randomize_fillet`'s keys in contract 1.8. */
export function drawFillet(
  plain: FilletDraw | undefined,
  config: RenderConfig,
  random: NumpyRandom,
): FilletDraw | undefined {
  const knobs = config.randomize_fillet;
  if (!plain || !knobs) return plain;
  const { shape, fit } = plain;
  const platformStart = drawKnob(knobs.platform_start ?? shape.platformStart, random);
  const platformEnd = drawKnob(knobs.platform_end ?? shape.platformEnd, random);
  const smoothness = drawKnob(knobs.smoothness_y ?? shape.smoothness, random);
  const bump = drawKnob(knobs.bump ?? shape.bump, random);
  const decay = drawKnob(knobs.delta_x_decay ?? shape.decay, random);
  const noiseScale = drawKnob(knobs.noise_scale ?? shape.noiseScale, random);
  const noiseAmplitude = drawKnob(knobs.noise_amp ?? shape.noiseAmplitude, random);
  const sx = drawKnob(knobs.fillet_sx ?? fit.sx, random);
  const sz = drawKnob(knobs.fillet_sz ?? fit.sz, random);
  return {
    shape: {
      ...shape,
      ...{ platformStart, platformEnd, smoothness, bump, decay, noiseScale, noiseAmplitude },
    },
    fit: { ...fit, sx, sz },
  };
}

export type Fillets = Readonly<{
  scene: Scene;
  /** A pass's poses and the fillets of a frame; equal arguments give the same object. */
  posesWith: (poses: ReadonlyMap<number, Pose>, draw: FilletDraw | undefined) => ReadonlyMap<number, Pose>;
  problems: readonly Problem[];
}>;

/**
 * The scene with the fillets of all frames (contract 1.8), on every component of the listed types. `draws`: what the
 * frames drew; empty: the scene as it is.
 */
export function withFillets(
  scene: Scene,
  config: RenderConfig,
  draws: readonly FilletDraw[],
  seen: (box: Box) => boolean,
): Fillets {
  const types = config.component_types;
  if (draws.length === 0) return { scene, posesWith: (poses) => poses, problems: [] };
  if (types === undefined || types.length === 0)
    return {
      scene,
      posesWith: (poses) => poses,
      problems: [
        warning(
          "solder_fillet_nowhere",
          "solder_fillet.enabled is true, but component_types lists no components: there are no fillets",
          "List the footprints that get fillets under component_types, or write component_types: ALL.",
          "enabled",
        ),
      ],
    };
  const { components, problems } = componentPool(scene.root, config.pcba_root, types);
  const made = withContractFillets(scene, { components, draws, material: materialOf(config), seen });
  // In the defect flows the defects' own pool has told already.
  const told = config.pipeline_type === "good" ? problems : [];
  return {
    scene: made.scene,
    posesWith: joining(made.shown),
    problems: [...told, ...warnings(made.counts, config)],
  };
}

/** The sheets' own material: no bucket of contract 1.8 reaches it. */
function materialOf({ solder_fillet: own }: RenderConfig): Material {
  return {
    ...{ path: "/SolderFillet", name: "SolderFillet", color: own?.mat_color ?? [0.85, 0.85, 0.85] },
    ...{ metallic: own?.mat_metallic ?? 1, roughness: own?.mat_roughness ?? 0.2 },
    ...{ specular: 0.5, clearcoat: 0, opacity: 1, emissive: [0, 0, 0] },
  };
}

function joining(shown: ReadonlyMap<FilletDraw, ReadonlyMap<number, Pose>>): Fillets["posesWith"] {
  const known = new Map<ReadonlyMap<number, Pose>, Map<FilletDraw, ReadonlyMap<number, Pose>>>();
  return (poses, draw) => {
    const own = draw && shown.get(draw);
    if (!own) return poses;
    const joined = known.get(poses) ?? new Map<FilletDraw, ReadonlyMap<number, Pose>>();
    known.set(poses, joined);
    const all = joined.get(draw) ?? new Map([...poses, ...own]);
    joined.set(draw, all);
    return all;
  };
}

function warnings(
  counts: ReturnType<typeof withContractFillets>["counts"],
  config: RenderConfig,
): readonly Problem[] {
  const { filleted, turned, doubled, adrift } = counts;
  const out: Problem[] = [];
  if (turned > 0)
    out.push(
      warning(
        "solder_fillet_turned",
        `${turned} of ${filleted + turned} components do not stand at a multiple of 90°: they get no fillets`,
        "Fillets are set by the component's box, which says nothing of the ends of parts turned otherwise.",
        "enabled",
      ),
    );
  if (doubled > 0)
    out.push(
      warning(
        "solder_fillet_doubled",
        `${doubled} of ${filleted} components with fillets have solder joints of the scene's own: both are shown`,
        "Set solder_fillet.enabled: false for scenes of `reflow scene import` and `reflow scene board`: their joints follow defective parts.",
        "enabled",
      ),
    );
  if (adrift > 0)
    out.push(
      warning(
        "solder_fillet_adrift",
        `the fillets of ${adrift} of ${filleted} components start above them or beyond their middle`,
        "inward_offset_mm and z_offset_mm are millimetres by the scene's metersPerUnit: make them smaller; adaptive_scale: true needs no inward_offset_mm.",
        config.solder_fillet?.z_offset_mm === undefined ? "inward_offset_mm" : "z_offset_mm",
      ),
    );
  return out;
}

function warning(code: string, message: string, hint: string, key: string): Problem {
  return { code, severity: "warning", message, hint, where: { field: `solder_fillet.${key}` } };
}
