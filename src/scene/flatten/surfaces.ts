/** Where each kind of surface shader keeps the inputs that we use. */
export type Surface = Readonly<{
  color: readonly string[];
  metallic: readonly string[];
  roughness: readonly string[];
  opacity: readonly string[];
  emissive: readonly string[];
  clearcoat: readonly string[];
  normal: readonly string[];
  /** Values of inputs that are not written. */
  fallback: Readonly<{ color: number; metallic: number; roughness: number }>;
  /** Texture files named directly as inputs (MDL), by what they feed. */
  files?: Readonly<Partial<Record<"color" | "metallic" | "roughness" | "normal" | "opacity", string>>>;
}>;

const PREVIEW: Surface = {
  color: ["diffuseColor"],
  metallic: ["metallic"],
  roughness: ["roughness"],
  opacity: ["opacity"],
  emissive: ["emissiveColor"],
  clearcoat: ["clearcoat"],
  normal: ["normal"],
  fallback: { color: 0.18, metallic: 0, roughness: 0.5 },
};

const OMNI_PBR: Surface = {
  color: ["diffuse_color_constant", "diffuse_color"],
  metallic: ["metallic_constant", "metallic"],
  roughness: ["reflection_roughness_constant", "reflection_roughness"],
  opacity: ["opacity_constant"],
  emissive: [],
  clearcoat: ["clearcoat_weight"],
  normal: [],
  fallback: { color: 0.2, metallic: 0, roughness: 0.5 },
  files: {
    color: "diffuse_texture",
    metallic: "metallic_texture",
    roughness: "reflectionroughness_texture",
    normal: "normalmap_texture",
    opacity: "opacity_texture",
  },
};

const STANDARD_SURFACE: Surface = {
  color: ["base_color"],
  metallic: ["metalness"],
  roughness: ["specular_roughness"],
  opacity: ["opacity"],
  emissive: ["emission_color"],
  clearcoat: ["coat"],
  normal: ["normal"],
  fallback: { color: 0.8, metallic: 0, roughness: 0.2 },
};

const OPEN_PBR: Surface = {
  ...STANDARD_SURFACE,
  metallic: ["base_metalness"],
  opacity: ["geometry_opacity"],
  clearcoat: ["coat_weight"],
  normal: ["geometry_normal"],
  fallback: { color: 0.8, metallic: 0, roughness: 0.3 },
};

const GLTF: Surface = {
  ...STANDARD_SURFACE,
  metallic: ["metallic"],
  roughness: ["roughness"],
  opacity: ["alpha"],
  emissive: ["emissive"],
  clearcoat: ["clearcoat"],
  fallback: { color: 1, metallic: 1, roughness: 1 },
};

const KNOWN: readonly (readonly [RegExp, Surface])[] = [
  [/^(?:UsdPreviewSurface|ND_UsdPreviewSurface_surfaceshader)$/, PREVIEW],
  [/^OmniPBR/, OMNI_PBR],
  [/^ND_standard_surface_surfaceshader/, STANDARD_SURFACE],
  [/^ND_open_pbr_surface_surfaceshader/, OPEN_PBR],
  [/^ND_gltf_pbr_surfaceshader/, GLTF],
];

/** The inputs of a surface shader by its identifier. */
export function surfaceOf(id: string): Surface | undefined {
  return KNOWN.find(([pattern]) => pattern.test(id))?.[1];
}
