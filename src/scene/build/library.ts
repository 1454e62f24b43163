import { hashText } from "../../kit/files.js";
import type { MaterialName } from "../packages/index.js";
import { buildModel, type ModelInput, type ModelPart, type PackageModel } from "../packages/index.js";
import { type PrimSpec, primName, target } from "../usda/index.js";
import { meshPrim, rotation, transform } from "./prims.js";

/** Root of the shared meshes: a class, so that nothing of it is drawn by itself. */
export const LIBRARY = "/Library";

/**
 * The models of a stage, each written once. Instances inherit from them: unlike a reference, an inherit lets
 * material bindings point out of the class.
 */
export type Library = Readonly<{
  /** Path of the class for a model; the same input gives the same path. */
  use: (input: ModelInput, footprint: string) => string;
  prim: () => PrimSpec;
  materials: () => readonly MaterialName[];
}>;

export function newLibrary(labels: boolean): Library {
  const models = new Map<string, string>();
  const meshes = new Map<string, string>();
  const taken = new Set<string>();
  const prims: PrimSpec[] = [];
  const materials = new Set<MaterialName>();

  const label = (part: ModelPart): string | undefined =>
    labels && part.role === "solder" ? "solder" : undefined;

  const shared = (part: ModelPart): string => {
    const key = part.key ?? contentKey(part);
    const known = meshes.get(key);
    if (known !== undefined) return known;
    const name = `mesh_${meshes.size}`;
    meshes.set(key, `${LIBRARY}/${name}`);
    prims.push(meshPrim(name, part.mesh, part.material, { label: label(part) }));
    return `${LIBRARY}/${name}`;
  };

  const surface = (part: ModelPart, k: number): PrimSpec => {
    materials.add(part.material);
    return {
      specifier: "def",
      type: "Mesh",
      name: `surface_${k}`,
      metadata: { "prepend inherits": target(shared(part)) },
      properties: part.at
        ? transform(rotation(part.rotation ?? 0, [part.at[0], part.at[1], part.at[2]]))
        : [],
    };
  };

  return {
    use: (input, footprint) => {
      const key = JSON.stringify([input.spec, input.pads, printed(input), input.variant, input.thickness]);
      const known = models.get(key);
      if (known !== undefined) return known;
      const name = uniqueName(`${primName(footprint)}_v${input.variant}`, taken);
      const model: PackageModel = buildModel(input);
      prims.push({ specifier: "def", type: "Xform", name, children: model.parts.map(surface) });
      models.set(key, `${LIBRARY}/${name}`);
      return `${LIBRARY}/${name}`;
    },
    prim: () => ({ specifier: "class", type: "Scope", name: LIBRARY.slice(1), children: prims }),
    materials: () => [...materials],
  };
}

/** Models of one package share all but print and tint. */
function contentKey(part: ModelPart): string {
  const { points, triangles, normals } = part.mesh;
  const bytes = [points, triangles, normals ?? new Float32Array(0)].map((a) =>
    hashText(new Uint8Array(a.buffer, a.byteOffset, a.byteLength)),
  );
  return `${part.material} ${part.role === "solder"} ${bytes.join(" ")}`;
}

/** What of the value is to be seen on the part; parts without print share models across values. */
function printed(input: ModelInput): string {
  const { family, body, style } = input.spec;
  const bare = family === "capacitor" || family === "led" || (family === "inductor" && style !== "moulded");
  if (bare || (family === "resistor" && body[0] < 1.5)) return "";
  return input.value;
}

function uniqueName(wanted: string, taken: Set<string>): string {
  let name = wanted;
  for (let k = 2; taken.has(name); k++) name = `${wanted}_${k}`;
  taken.add(name);
  return name;
}
