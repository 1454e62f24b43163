import { children, word, words } from "./access.js";
import type { Sexpr } from "./sexpr.js";

/** The layers that a picture of the top side needs. */
export type Layer = "F.Cu" | "B.Cu" | "F.Mask" | "F.SilkS" | "Edge.Cuts" | "F.Fab" | "B.Fab" | "F.CrtYd";

/** Tells whether an item is on a layer, whatever the file calls it. */
export type Layers = Readonly<{ on(item: Sexpr, layer: Layer): boolean }>;

/** Spellings of newer and older versions for the same layer. */
const ALIASES: Readonly<Record<string, Layer>> = {
  "F.Silkscreen": "F.SilkS",
  "F.Courtyard": "F.CrtYd",
};

/**
 * Reads the layer table. Up to version 5 copper layers are referred to by the names that their owner gave them; number 0
 * is always the top, 31 (from version 9 on: 2) the bottom.
 */
export function layerTable(root: Sexpr, version: number): Layers {
  const own = new Map<string, string>(Object.entries(ALIASES));
  const bottom = version >= 20241000 ? "2" : "31";
  for (const table of children(root, "layers"))
    for (const entry of table.items)
      if (typeof entry !== "string") {
        if (entry.name === "0") own.set(word(entry), "F.Cu");
        else if (entry.name === bottom) own.set(word(entry), "B.Cu");
      }
  return {
    on(item, layer) {
      for (const list of children(item, "layer", "layers"))
        for (const name of words(list)) if (covers(own.get(name) ?? name, layer)) return true;
      return false;
    },
  };
}

function covers(written: string, layer: Layer): boolean {
  if (written === layer) return true;
  const [side, kind] = written.split(".");
  if (kind !== layer.split(".")[1]) return false;
  return side === "*" || (side === "F&B" && /^[FB]\./.test(layer));
}
