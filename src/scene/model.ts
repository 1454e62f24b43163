import type { Problem } from "../kit/errors.js";

/**
 * A 4×4 matrix as OpenUSD writes it: 16 numbers row by row, row vectors, `p' = [x y z 1] · M`, translation in
 * elements 12–14. `child.world = child.local · parent.world`.
 */
export type Mat4 = readonly number[];

export type Vec3 = readonly [x: number, y: number, z: number];

/** Linear (not sRGB-encoded) colour, each channel ≥ 0. */
export type Rgb = readonly [r: number, g: number, b: number];

/** Axis-aligned box in scene units. */
export type Box = Readonly<{ min: Vec3; max: Vec3 }>;

/** A prim of the composed stage. Prims below an instance appear as proxies with their own paths. */
export type Prim = Readonly<{
  /** Absolute path, `/World/board/R1`. */
  path: string;
  name: string;
  /** Schema name: `Xform`, `Scope`, `Mesh`, `Camera`, `DiskLight`, …; "" for a typeless prim. */
  type: string;
  local: Mat4;
  world: Mat4;
  /** False when this prim or an ancestor is made invisible. */
  visible: boolean;
  /** `default`, `render`, `proxy` or `guide`, inherited. */
  purpose: string;
  /** True below an instanceable prim. */
  proxy: boolean;
  /** Semantic labels written on this very prim (instance name → value, e.g. `class` → `capacitor`). */
  labels: Readonly<Record<string, string>>;
  children: readonly Prim[];
}>;

/** Triangles in the mesh's own space, scene units. Degenerate triangles have been dropped. */
export type TriangleMesh = Readonly<{
  /** 3 per vertex. */
  points: Float32Array;
  /** 3 vertex indices per triangle, counter-clockwise seen from outside. */
  triangles: Uint32Array;
  /** Unit normals per corner, 9 per triangle; absent: flat shading. */
  normals?: Float32Array;
  /** Texture coordinates per corner, 6 per triangle. */
  uvs?: Float32Array;
}>;

export type Texture = Readonly<{
  /** Absolute file name, or `<package>.usdz[inner/name.png]`. */
  name: string;
  /** Encoded image bytes (png, jpeg, …). */
  bytes: Uint8Array;
  /** True when the values are sRGB-encoded. */
  srgb: boolean;
  wrap: "repeat" | "clamp" | "mirror" | "black";
}>;

/** One channel of a texture feeding a material input: `value · scale + bias`. */
export type TextureInput = Readonly<{
  texture: number;
  channel: "r" | "g" | "b" | "a" | "rgb";
  scale: number;
  bias: number;
}>;

/** UsdPreviewSurface, plus the procedural roughness of tin that the cookbooks ask for. */
export type Material = Readonly<{
  path: string;
  /** Last element of the path; the cookbook's buckets (tin, pad, body) go by it. */
  name: string;
  color: Rgb;
  /** 0 dielectric … 1 metal. */
  metallic: number;
  /** 0 mirror … 1 chalk. */
  roughness: number;
  /** Strength of the dielectric reflection, 0 … 1; 0.5 is an index of refraction of 1.5. */
  specular: number;
  clearcoat: number;
  opacity: number;
  emissive: Rgb;
  colorTexture?: TextureInput;
  metallicTexture?: TextureInput;
  roughnessTexture?: TextureInput;
  normalTexture?: TextureInput;
  opacityTexture?: TextureInput;
  /** Procedural bumps in world space: slope of the surface noise and size of its largest cell in scene units. */
  bumps?: Readonly<{ slope: number; cell: number; octaves: number; seed: number }>;
}>;

/** One mesh with one material placed in the world. A mesh with material subsets becomes several parts of one path. */
export type Part = Readonly<{
  /** Path of the mesh prim (through its instance where it has one). */
  path: string;
  /** Index into `Scene.meshes`; instances share it. */
  mesh: number;
  /** Index into `Scene.materials`. */
  material: number;
  world: Mat4;
  /** Labels of the prim and, where it lacks a key, of its nearest labelled ancestor. */
  labels: Readonly<Record<string, string>>;
  visible: boolean;
}>;

type LightBase = Readonly<{
  path: string;
  world: Mat4;
  visible: boolean;
  color: Rgb;
  intensity: number;
  /** Emitted radiance is `color · intensity · 2^exposure` (divided by the area when `normalize`). */
  exposure: number;
  normalize: boolean;
}>;

/** Lights emit along their local −Z (disk, rect), in all directions (sphere, cylinder) or inwards (dome). */
export type Light = LightBase &
  (
    | Readonly<{ kind: "dome"; texture?: number }>
    | Readonly<{ kind: "distant"; angleDeg: number }>
    | Readonly<{ kind: "disk"; radius: number; coneAngleDeg: number; coneSoftness: number }>
    | Readonly<{ kind: "rect"; width: number; height: number; coneAngleDeg: number; coneSoftness: number }>
    | Readonly<{ kind: "sphere"; radius: number }>
    | Readonly<{ kind: "cylinder"; radius: number; length: number }>
  );

/** Apertures and focal length in scene units (USD's tenths already divided). */
export type SceneCamera = Readonly<{
  path: string;
  world: Mat4;
  projection: "orthographic" | "perspective";
  horizontalAperture: number;
  verticalAperture: number;
  focalLength: number;
  /** Scene units; 0: no depth of field. */
  focusDistance: number;
  fStop: number;
}>;

/** A composed stage, flattened to what labels, poses and the renderer need. World is +Z up. */
export type Scene = Readonly<{
  /** The root layer's file. */
  file: string;
  /** Metres per scene unit (0.001: millimetres). */
  metersPerUnit: number;
  /** Pseudo-root: path "/". */
  root: Prim;
  meshes: readonly TriangleMesh[];
  textures: readonly Texture[];
  materials: readonly Material[];
  parts: readonly Part[];
  lights: readonly Light[];
  cameras: readonly SceneCamera[];
  /** What was odd but did not stop the reading: unknown materials, dropped triangles, missing textures. */
  problems: readonly Problem[];
}>;
