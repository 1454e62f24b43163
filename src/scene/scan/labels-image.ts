import { BACKGROUND, type Labels, type Palette, type PaletteEntry, UNLABELLED } from "../semantics/index.js";

/** What the parts of a pass are called: the palette's entry of each part, or undefined. */
export function entriesOf(
  labels: readonly Labels[],
  palette: Palette,
): readonly (PaletteEntry | undefined)[] {
  const known = new Map<Labels, PaletteEntry | undefined>();
  return labels.map((set) => {
    if (!known.has(set)) known.set(set, palette.find(set));
    return known.get(set);
  });
}

/**
 * The flat colours of a frame, RGBA (contract 1.5): nothing (0, 0, 0, 0), unlabelled (0, 0, 0, 255), else the label
 * set's colour. `ids`: part index + 1 per pixel. Also gives the entries that occur.
 */
export function paintLabels(
  ids: Uint32Array,
  entries: readonly (PaletteEntry | undefined)[],
): { rgba: Uint8Array; shown: readonly PaletteEntry[] } {
  const colors = new Uint32Array(entries.length + 1);
  colors[0] = pack(BACKGROUND);
  entries.forEach((entry, i) => {
    colors[i + 1] = pack(entry ? entry.color : UNLABELLED);
  });
  const pixels = new Uint32Array(ids.length);
  const seen = new Uint8Array(entries.length + 1);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    seen[id] = 1;
    pixels[i] = colors[id] as number;
  }
  const shown = new Set(entries.filter((entry, i) => entry && seen[i + 1] === 1));
  return { rgba: new Uint8Array(pixels.buffer), shown: [...shown] as PaletteEntry[] };
}

/** Four bytes in memory order on any machine. */
function pack(color: readonly [number, number, number, number]): number {
  return new Uint32Array(Uint8Array.from(color).buffer)[0] as number;
}
