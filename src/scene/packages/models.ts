import { electrolytic } from "./can.js";
import { chip } from "./chip.js";
import { connector, header } from "./connector.js";
import { crystal } from "./crystal.js";
import { leaded } from "./leaded.js";
import { ballGrid, leadless } from "./leadless.js";
import type { ModelInput, ModelPart, PackageModel, PackageSpec } from "./model.js";
import { moulded } from "./moulded.js";
import { button, throughHole } from "./through.js";

const BUILDERS: Readonly<Record<PackageSpec["family"], (input: ModelInput) => ModelPart[]>> = {
  resistor: chip,
  capacitor: chip,
  led: chip,
  inductor: (i) => (i.spec.style === "moulded" ? moulded(i) : chip(i)),
  diode: moulded,
  tantalum: moulded,
  electrolytic,
  sot: leaded,
  soic: leaded,
  qfp: leaded,
  qfn: leadless,
  bga: ballGrid,
  crystal,
  connector,
  header,
  button,
  through_hole: throughHole,
};

/** Families of which all parts look different enough to draw several variants. */
const VARIANTS: Partial<Record<PackageSpec["family"], number>> = {
  resistor: 4,
  capacitor: 6,
  inductor: 3,
  led: 2,
  diode: 3,
  tantalum: 4,
  sot: 3,
  soic: 2,
  qfn: 2,
  electrolytic: 3,
};

/** How many interchangeable looks a package has; `ModelInput.variant` runs from 0 to one less. */
export function variantsOf(spec: PackageSpec): number {
  return VARIANTS[spec.family] ?? 1;
}

/** The meshes of one component in its own frame, millimetres, solder joints included. */
export function buildModel(input: ModelInput): PackageModel {
  return { parts: BUILDERS[input.spec.family](input) };
}
