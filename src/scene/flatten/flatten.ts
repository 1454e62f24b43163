import { IDENTITY, invert, multiply, rotation } from "../matrix.js";
import type { Light, Mat4, Part, Prim, Scene, SceneCamera } from "../model.js";
import { attribute, type Stage, type StagePrim } from "../usd/index.js";
import type { Layers } from "../usd/layers.js";
import { boundMaterial } from "./bindings.js";
import { cameraOf } from "./cameras.js";
import { meshList } from "./geometry.js";
import { pointInstances } from "./instancer.js";
import { inherit, type Labels, labelsOn } from "./labels.js";
import { isLight, lightOf } from "./lights.js";
import { materialList } from "./material-list.js";
import { isGeometry, subsetsOf } from "./mesh.js";
import { type Report, report } from "./problems.js";
import { text } from "./read.js";
import { specKeys } from "./spec-keys.js";
import { textureList } from "./textures.js";
import { localTransform } from "./transform.js";

/** What a prim gets from above. */
type Above = Readonly<{
  world: Mat4;
  /** Transform of a point instance, between the prototype's own and the instancer's. */
  placed?: Mat4;
  visible: boolean;
  purpose: string;
  labels: Labels;
  proxy: boolean;
  /** From stage paths to the paths of the scene; they differ below point instances. */
  rename: (path: string) => string;
  /** Prototypes whose parts are not drawn where they stand. */
  drawn: boolean;
  /** Point instancers that we are in. */
  instancers: readonly string[];
}>;

/** Parts of one scene; more than this is taken for a runaway instancer. */
const MOST_PARTS = 5_000_000;

/**
 * Flattens a composed stage: world matrices (+Z up, units kept), triangles, materials, labels, lights and cameras.
 * Inactive prims, classes and prims that are only overs are left out; guides are prims without parts; parts of the
 * purpose `proxy` are invisible.
 */
export function flattenStage(stage: Stage, layers: Layers): Scene {
  const problems = report(stage.file);
  for (const problem of stage.problems) problems.add(problem);
  const textures = textureList(layers, problems);
  const keys = specKeys();
  const materials = materialList(stage, keys, textures, problems);
  const meshes = meshList(keys, problems);
  const parts: Part[] = [];
  const lights: Light[] = [];
  const cameras: SceneCamera[] = [];

  const visit = (prim: StagePrim, above: Above): Prim => {
    const { local, world } = placement(prim, above);
    const own = labelsOn(prim);
    const here: Above = {
      ...above,
      world,
      placed: undefined,
      visible: above.visible && text(prim, "visibility", "inherited") !== "invisible",
      purpose: purposeOf(prim, above.purpose),
      labels: inherit(own, above.labels),
      proxy: above.proxy || prim.instance,
    };
    const path = above.rename(prim.path);
    if (isGeometry(prim) && here.drawn && here.purpose !== "guide") addParts(prim, path, here);
    else if (isLight(prim) && here.drawn) {
      const dome = (user: StagePrim, name: string): number | undefined =>
        textures.add(attribute(user, name), user, false, "repeat");
      const light = lightOf(prim, { path, world, visible: here.visible }, dome, problems);
      if (light) lights.push(light);
    } else if (prim.typeName === "Camera" && here.drawn) cameras.push(cameraOf(prim, { path, world }));
    const below = prim.typeName === "PointInstancer" ? { ...here, drawn: false } : here;
    const children = prim.children.filter(isDefined).map((child) => visit(child, below));
    if (prim.typeName === "PointInstancer" && here.drawn) children.push(...expand(prim, path, here));
    return {
      path,
      name: path.slice(path.lastIndexOf("/") + 1),
      type: prim.typeName,
      local,
      world,
      visible: here.visible,
      purpose: here.purpose,
      proxy: above.proxy,
      labels: own,
      children,
    };
  };

  const placement = (prim: StagePrim, above: Above): { local: Mat4; world: Mat4 } => {
    const own = localTransform(prim, problems);
    const local = above.placed ? multiply(own.matrix, above.placed) : own.matrix;
    if (!own.reset) return { local, world: multiply(local, above.world) };
    const world = multiply(own.matrix, upright(stage));
    return { local: multiply(world, invert(above.world) ?? IDENTITY), world };
  };

  const addParts = (prim: StagePrim, path: string, here: Above): void => {
    const subsets = subsetsOf(prim);
    const whole = materials.of(boundMaterial(prim, stage.find), prim);
    const each = [
      ...subsets.map((s) => materials.ofSubset(boundMaterial(s.prim, stage.find), whole, prim)),
      whole,
    ];
    const asked = each.find((m) => m.uvName !== undefined || m.uvTransform !== undefined) ?? whole;
    const indices = meshes.add(prim, subsets, { name: asked.uvName, transform: asked.uvTransform });
    for (const [group, mesh] of indices.entries()) {
      if (mesh === undefined) continue;
      if (parts.length >= MOST_PARTS) {
        tooMany(problems, path);
        break;
      }
      parts.push({
        path,
        mesh,
        material: each[group].index,
        world: here.world,
        labels: here.labels,
        visible: here.visible && here.purpose !== "proxy",
      });
    }
  };

  const expand = (prim: StagePrim, path: string, here: Above): Prim[] => {
    if (here.instancers.includes(prim.path)) {
      problems.error(
        "usd_cycle",
        prim.path,
        `the point instancer ${prim.path} holds itself: ${[...here.instancers, prim.path].join(" → ")}`,
        "Take it out of its own prototypes.",
      );
      return [];
    }
    const out: Prim[] = [];
    for (const instance of pointInstances(prim, problems)) {
      const prototype = stage.find(instance.prototype);
      if (!prototype?.active) continue;
      if (parts.length >= MOST_PARTS) {
        tooMany(problems, path);
        break;
      }
      const name = `${path}/${prototype.name}[${instance.index}]`;
      out.push(
        visit(prototype, {
          ...here,
          placed: instance.matrix,
          visible: here.visible && instance.visible,
          proxy: true,
          instancers: [...here.instancers, prim.path],
          rename: (p) => name + p.slice(prototype.path.length),
        }),
      );
    }
    return out;
  };

  const root = visit(stage.root, {
    world: upright(stage),
    visible: true,
    purpose: "default",
    labels: {},
    proxy: false,
    rename: (path) => path,
    drawn: true,
    instancers: [],
  });
  return {
    file: stage.file,
    metersPerUnit: metersPerUnit(stage, problems),
    root: { ...root, local: upright(stage) },
    meshes: meshes.list,
    textures: textures.list,
    materials: materials.list,
    parts,
    lights,
    cameras,
    problems: problems.list(),
  };
}

function isDefined(prim: StagePrim): boolean {
  return prim.active && prim.specifier === "def";
}

function purposeOf(prim: StagePrim, above: string): string {
  const own = attribute(prim, "purpose")?.value;
  return above !== "default" || typeof own !== "string" ? above : own;
}

const Y_TO_Z = rotation(0, 90).map((v) => Math.round(v));

/** What turns the stage's up axis to +Z. */
function upright(stage: Stage): Mat4 {
  return stage.metadata.get("upAxis") === "Z" ? IDENTITY : Y_TO_Z;
}

/** USD's fallback is centimetres. */
function metersPerUnit(stage: Stage, problems: Report): number {
  const value = stage.metadata.get("metersPerUnit");
  if (value === undefined) return 0.01;
  if (typeof value === "number" && value > 0 && Number.isFinite(value)) return value;
  problems.warn(
    "usd_bad_units",
    "/",
    `metersPerUnit = ${String(value)} is no length; 0.01 is used`,
    "Correct it.",
  );
  return 0.01;
}

function tooMany(problems: Report, path: string): void {
  problems.error(
    "usd_too_many_instances",
    path,
    `the scene has more than ${MOST_PARTS} parts; the rest is left out`,
    "Make fewer instances.",
  );
}
