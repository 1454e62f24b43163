/**
 * The colours of the report. PASS is blue and NG vermilion (told apart with every common colour blindness); a test
 * checks that each text colour reaches 4.5 : 1 on every surface it is used on.
 */
export type Palette = Readonly<Record<string, string>>;

export const LIGHT: Palette = {
  paper: "#ffffff",
  panel: "#f5f6f4",
  ink: "#15181a",
  soft: "#565d63",
  rule: "#dcdfdc",
  brand: "#426a00",
  pass: "#0066a6",
  ng: "#b63e00",
  amber: "#8a5a00",
  red: "#b3261e",
  violet: "#6b3fa0",
  "brand-wash": "#edf5df",
  "amber-wash": "#fbf1dc",
  "red-wash": "#fbe9e7",
  "violet-wash": "#f1ebf8",
  before: "#8b9298",
  "fill-pass": "#4a9fd4",
  "fill-ng": "#e2661f",
  "fill-base": "#a9b4bb",
  "fill-mined": "#2f9e8f",
  "fill-synthetic": "#a777c9",
};

export const DARK: Palette = {
  paper: "#121415",
  panel: "#1b1e20",
  ink: "#e9ebe8",
  soft: "#a4abb0",
  rule: "#303538",
  brand: "#9ccf3f",
  pass: "#6cb8ec",
  ng: "#ff9a5c",
  amber: "#e8b34b",
  red: "#ff8a80",
  violet: "#c3a0ea",
  "brand-wash": "#1f2a10",
  "amber-wash": "#2e2510",
  "red-wash": "#361a18",
  "violet-wash": "#271d33",
  before: "#7d858b",
  "fill-pass": "#3f8fc4",
  "fill-ng": "#e07a3a",
  "fill-base": "#6b757c",
  "fill-mined": "#35a899",
  "fill-synthetic": "#a77fcb",
};

/** Text colours and the surfaces they stand on. */
export const TEXT_ON: readonly (readonly [text: string, surface: string])[] = [
  ...["ink", "soft", "brand", "pass", "ng", "amber", "red", "violet"].flatMap((text) => [
    [text, "paper"] as const,
    [text, "panel"] as const,
  ]),
  ["brand", "brand-wash"],
  ["amber", "amber-wash"],
  ["red", "red-wash"],
  ["violet", "violet-wash"],
  ["ink", "brand-wash"],
];

/** CSS custom properties of a palette. */
export function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");
}

/** WCAG contrast ratio of two `#rrggbb` colours. */
export function contrast(a: string, b: string): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

function luminance(colour: string): number {
  const part = (from: number) => {
    const v = Number.parseInt(colour.slice(from, from + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}
