import type { Rgb } from "../model.js";

/** A UsdPreviewSurface; colours are linear. */
export type MaterialSpec = Readonly<{
  color: Rgb;
  metallic?: number;
  roughness: number;
  /** Dielectric reflection as an index of refraction; 1.5 when absent. */
  ior?: number;
  clearcoat?: number;
  opacity?: number;
}>;

/**
 * The materials of components and of the bare board. Names carry meaning (contract 1.8): `tin_plating…` is
 * tin, `solder_pad` a pad, the six capitalised names are the board's, everything else is a body.
 */
export const MATERIALS = {
  tin_plating_termination: { color: [0.76, 0.75, 0.72], metallic: 1, roughness: 0.36 },
  tin_plating_lead: { color: [0.72, 0.71, 0.69], metallic: 1, roughness: 0.3 },
  tin_plating_solder: { color: [0.8, 0.8, 0.78], metallic: 1, roughness: 0.2 },
  solder_pad: { color: [0.93, 0.7, 0.36], metallic: 1, roughness: 0.32 },
  SolderMask: { color: [0.006, 0.058, 0.022], roughness: 0.3 },
  SolderMask_Copper: { color: [0.014, 0.13, 0.042], roughness: 0.3 },
  Silkscreen: { color: [0.78, 0.78, 0.75], roughness: 0.6 },
  OuterConductor: { color: [0.93, 0.7, 0.36], metallic: 1, roughness: 0.32 },
  SolderPaste: { color: [0.7, 0.7, 0.72], metallic: 0.9, roughness: 0.4 },
  InnerConductor: { color: [0.85, 0.55, 0.32], metallic: 1, roughness: 0.4 },
  Dielectric: { color: [0.17, 0.155, 0.065], roughness: 0.65 },
  alumina: { color: [0.72, 0.72, 0.69], roughness: 0.55 },
  overcoat_black: { color: [0.012, 0.012, 0.014], roughness: 0.3 },
  overcoat_blue: { color: [0.012, 0.022, 0.05], roughness: 0.3 },
  ceramic_tan_0: { color: [0.36, 0.235, 0.145], roughness: 0.5 },
  ceramic_tan_1: { color: [0.33, 0.2, 0.115], roughness: 0.5 },
  ceramic_tan_2: { color: [0.39, 0.265, 0.175], roughness: 0.5 },
  ceramic_brown: { color: [0.15, 0.075, 0.04], roughness: 0.5 },
  ceramic_grey: { color: [0.3, 0.29, 0.28], roughness: 0.6 },
  ferrite: { color: [0.055, 0.053, 0.052], roughness: 0.6 },
  ferrite_moulded: { color: [0.17, 0.17, 0.172], roughness: 0.65 },
  mould_black_0: { color: [0.017, 0.017, 0.018], roughness: 0.52 },
  mould_black_1: { color: [0.022, 0.0215, 0.021], roughness: 0.58 },
  mould_black_2: { color: [0.014, 0.0145, 0.016], roughness: 0.48 },
  mould_yellow: { color: [0.62, 0.36, 0.05], roughness: 0.5 },
  mould_brown: { color: [0.16, 0.045, 0.02], roughness: 0.45 },
  laser_mark: { color: [0.29, 0.285, 0.27], roughness: 0.7 },
  print_white: { color: [0.66, 0.66, 0.63], roughness: 0.6 },
  print_black: { color: [0.015, 0.015, 0.015], roughness: 0.6 },
  print_dark: { color: [0.06, 0.055, 0.05], roughness: 0.6 },
  plastic_black: { color: [0.02, 0.02, 0.021], roughness: 0.42 },
  plastic_cream: { color: [0.66, 0.6, 0.47], roughness: 0.45 },
  plastic_white: { color: [0.7, 0.69, 0.66], roughness: 0.4 },
  plastic_red: { color: [0.35, 0.02, 0.015], roughness: 0.4 },
  aluminium: { color: [0.83, 0.83, 0.84], metallic: 1, roughness: 0.24 },
  lid_metal: { color: [0.68, 0.66, 0.61], metallic: 1, roughness: 0.28 },
  shell_metal: { color: [0.66, 0.65, 0.63], metallic: 1, roughness: 0.27 },
  contact_gold: { color: [0.95, 0.72, 0.36], metallic: 1, roughness: 0.25 },
  led_lens: { color: [0.72, 0.71, 0.66], roughness: 0.18 },
  led_phosphor: { color: [0.72, 0.56, 0.07], roughness: 0.4 },
  substrate_green: { color: [0.01, 0.06, 0.025], roughness: 0.35 },
} as const satisfies Readonly<Record<string, MaterialSpec>>;

export type MaterialName = keyof typeof MATERIALS;
