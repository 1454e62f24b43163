import { revolve, roundedBox } from "../shape/solids.js";
import { map, type Surface } from "../shape/surface.js";
import type { MaterialName } from "./materials.js";
import type { ModelInput, ModelPart } from "./model.js";
import { part } from "./parts.js";
import { holesExtent, solderCones, throughPins } from "./pins.js";

/** Kinds of wired parts with two or three pins that have a shape of their own. */
export const WIRED = ["axial", "disc", "dome", "to92", "hc49"] as const;

/** Pins along X; undefined when the style is none of `WIRED`. */
export function wired(input: ModelInput): ModelPart[] | undefined {
  switch (input.spec.style) {
    case "axial":
      return axial(input);
    case "disc":
      return soldered(input, [part(disc(input), pick(DISCS, input), "body", 50)]);
    case "dome":
      return soldered(input, [part(dome(input), pick(LENSES, input), "body", 50)]);
    case "to92":
      return soldered(input, [part(upright(input, 1.6, 4.6, 0.5), "mould_black_1", "body")]);
    case "hc49":
      return soldered(input, [part(upright(input, 0.3, input.spec.body[2], 1), "lid_metal", "body")]);
    default:
      return undefined;
  }
}

const DISCS: readonly MaterialName[] = ["mould_yellow", "ceramic_tan_1", "ceramic_tan_0"];
const LENSES: readonly MaterialName[] = ["plastic_red", "led_lens", "substrate_green"];

/** A colour that depends on the value: equal parts look equal. */
function pick(materials: readonly MaterialName[], { value, ref }: ModelInput): MaterialName {
  let sum = 0;
  for (const c of value || ref.replace(/\d+/g, "")) sum = (sum * 31 + c.charCodeAt(0)) % 9973;
  return materials[sum % materials.length];
}

function soldered(input: ModelInput, parts: readonly ModelPart[]): ModelPart[] {
  return [...parts, ...throughPins(input, 1.8, 0.5), ...solderCones(input)];
}

/** A cylinder lying between its two pins: resistors with rings, diodes with a band at pin 1. */
function axial(input: ModelInput): ModelPart[] {
  const { spec, ref } = input;
  const [x0, y0, x1, y1] = holesExtent(input.pads);
  const [length, d] = [Math.min(spec.body[0], Math.max(x1 - x0 - 1.2, 1)), spec.body[1]];
  const [cx, cy, cz] = [(x0 + x1) / 2, (y0 + y1) / 2, d / 2 + 0.15];
  const lying = (s: Surface) => map(s, ([x, y, z]) => [cx + z, cy + y, cz - x]);
  const tube = (from: number, to: number, r: number) =>
    lying(
      revolve(
        [
          [r * 0.8, from],
          [r, from + Math.min(0.3, (to - from) / 4)],
          [r, to - Math.min(0.3, (to - from) / 4)],
          [r * 0.8, to],
        ],
        [0, 0],
        24,
      ),
    );
  const ring = (at: number, width: number) => tube(at - width / 2, at + width / 2, d / 2 + 0.02);
  const half = length / 2;
  const wire = Math.min(0.6, d * 0.4);
  const wires = roundedBox([cx, cy], [x1 - x0, wire], cz - wire / 2, cz + wire / 2, wire * 0.2, {
    segments: 1,
  });
  const letters = ref.replace(/\d.*$/, "").toUpperCase();
  const body: readonly [MaterialName, ModelPart[]] = letters.startsWith("D")
    ? [
        d < 2.1 ? "mould_brown" : "mould_black_1",
        [part(ring(-half * 0.62, length * 0.14), "print_white", "mark", 40)],
      ]
    : letters.startsWith("R")
      ? ["plastic_cream", rings(half, ring, input)]
      : letters.startsWith("L")
        ? ["substrate_green", rings(half, ring, input)]
        : ["mould_black_2", [part(ring(-half * 0.7, length * 0.08), "print_white", "mark", 40)]];
  return [
    part(tube(-half, half, d / 2), body[0], "body", 40),
    ...body[1],
    part(wires, "tin_plating_lead", "lead"),
    ...throughPins(input, cz + wire / 2, wire),
    ...solderCones(input),
  ];
}

const COLOURS: readonly MaterialName[] = [
  "mould_brown",
  "print_black",
  "plastic_red",
  "mould_yellow",
  "print_white",
];

function rings(half: number, ring: (at: number, width: number) => Surface, input: ModelInput): ModelPart[] {
  const at = [-0.62, -0.3, 0.02, 0.6];
  const code = [0, 1, 2].map((k) => pick(COLOURS, { ...input, value: `${input.value}/${k}` }));
  return at.map((f, k) => part(ring(f * half, half * 0.18), code[k] ?? "contact_gold", "mark", 40));
}

/** A ceramic or film capacitor: a flat body standing on its pins. */
function disc(input: ModelInput): Surface {
  const [w, t] = input.spec.body;
  const [x0, y0, x1, y1] = holesExtent(input.pads);
  const depth = Math.min(t, 0.9 * w);
  return roundedBox(
    [(x0 + x1) / 2, (y0 + y1) / 2],
    [w, depth],
    0.8,
    0.8 + Math.max(2, 0.9 * w),
    depth * 0.42,
    {
      segments: 4,
      bottom: true,
    },
  );
}

/** A round light-emitting diode. */
function dome(input: ModelInput): Surface {
  const d = Math.min(input.spec.body[0], input.spec.body[1], 10);
  const [x0, y0, x1, y1] = holesExtent(input.pads);
  const r = d / 2;
  const top = 0.6 + 1.1 * d;
  const arc = Array.from({ length: 7 }, (_, i) => {
    const a = (Math.PI / 2) * (i / 6);
    return [Math.max(0.9 * r * Math.cos(a), 0.02), top + 0.9 * r * Math.sin(a)] as const;
  });
  return revolve([[r, 0.5], [r, 1.5], [0.9 * r, 1.5], ...arc], [(x0 + x1) / 2, (y0 + y1) / 2], 32);
}

/** A body on legs, from `low` upwards. */
function upright(input: ModelInput, low: number, height: number, roundness: number): Surface {
  const [w, d] = input.spec.body;
  const [x0, y0, x1, y1] = holesExtent(input.pads);
  const r = Math.min(w, d) * 0.5 * Math.min(0.95, roundness);
  return roundedBox([(x0 + x1) / 2, (y0 + y1) / 2], [w, d], low, low + height, Math.min(r, height * 0.4), {
    segments: 4,
  });
}
