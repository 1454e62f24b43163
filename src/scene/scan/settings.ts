import { createHash } from "node:crypto";
import type { Scene } from "../model.js";
import type { ScanPlan } from "./types.js";

/** Raised when the same plan would give other bytes than before. */
const FORMAT = 1;

export type Quality = Readonly<{ samples: number; bounces: number; denoise: boolean }>;

/** What identifies a run: frames of equal settings may be mixed in one folder, others never. */
export function runSettings(plan: ScanPlan, quality: Quality): Readonly<Record<string, unknown>> {
  return { format: FORMAT, scene: hashScene(plan.scene), quality, config: plan.record };
}

/** SHA-256 of everything of a scene that reaches a picture or a label; paths on this machine do not. */
export function hashScene(scene: Scene): string {
  const hash = createHash("sha256");
  const bytes = (data: Float32Array | Uint32Array | Uint8Array | undefined) => {
    hash.update(`:${data?.byteLength ?? -1}:`);
    if (data) hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  };
  for (const mesh of scene.meshes) [mesh.points, mesh.triangles, mesh.normals, mesh.uvs].forEach(bytes);
  for (const texture of scene.textures) {
    hash.update(`${texture.srgb}${texture.wrap}`);
    bytes(texture.bytes);
  }
  const { metersPerUnit, materials, parts, lights, cameras } = scene;
  hash.update(JSON.stringify({ metersPerUnit, materials, parts, lights, cameras }));
  return hash.digest("hex");
}
