import { nameFault } from "./names.js";
import type { DefectPairs, KnobValues } from "./types.js";

const freeze = <T extends object>(value: T): T => Object.freeze(value);

/** What each shipped checkpoint knows (dig 1.9). */
export type UsecaseFacts = Readonly<{
  id: string;
  checkpointStep: number;
  taxonomy: DefectPairs;
  materials: readonly string[];
}>;

export const USECASES: Readonly<Record<string, UsecaseFacts>> = freeze({
  pcb: {
    id: "pcb",
    checkpointStep: 14000,
    taxonomy: [
      ["IC", "bridge"],
      ["passive_component", "excess_solder"],
      ["passive_component", "missing"],
    ],
    materials: ["IC", "passive_component"],
  },
  metal_surface: {
    id: "metal_surface",
    checkpointStep: 10000,
    taxonomy: ["MT_Blowhole", "MT_Break", "MT_Crack", "MT_Fray", "MT_Uneven"].map(
      (d) => ["metal_surface", d] as const,
    ),
    materials: ["metal_surface"],
  },
  glass: {
    id: "glass",
    checkpointStep: 9000,
    taxonomy: ["oil", "scratch", "stain"].map((d) => ["Phone", d] as const),
    materials: ["Phone"],
  },
});

/** The texts that the Day 1 flows hold before a use case replaces them (dig 1.9, auto-swap). */
export const PCBA_LITERAL: KnobValues = freeze({
  anomaly_types_json: [["passive_component", "missing"]] as const,
  checkpoint_step: 14000,
});

/** A board with a cookbook. */
export type BoardFacts = Readonly<{
  id: string;
  /** Classes its cookbook cuts, and the materials they become. */
  materials: readonly string[];
  /** Pairs of the PCBA taxonomy that this board can show. */
  pairs: DefectPairs;
  photo?: string;
  /** `all` means these modes here. */
  modes: readonly string[];
  /** Frames that structural runs use when the request names none. */
  structuralPatches?: number;
  aliases: readonly string[];
}>;

export const STRUCTURAL_MODES = ["shift", "tombstone", "sideflip"] as const;
export const DEFAULT_BOARD = "0603_H100";

const PCBA = USECASES.pcb?.taxonomy ?? [];

export const BOARDS: Readonly<Record<string, BoardFacts>> = freeze({
  "0603_H100": {
    id: "0603_H100",
    materials: ["passive_component"],
    pairs: PCBA.slice(1),
    photo: "input_real_image/0603_H100.jpg",
    modes: STRUCTURAL_MODES,
    aliases: ["_0603-H100", "0603-H100", "0603 H100", "_0603_H100"],
  },
  "1152819000": {
    id: "1152819000",
    materials: ["IC"],
    pairs: PCBA.slice(0, 1),
    photo: "input_real_image/115_2819_000.jpg",
    modes: ["shift"],
    structuralPatches: -1,
    aliases: ["_115-2819-000", "115_2819_000", "115-2819-000", "_115_2819_000", "115 2819 000"],
  },
  // Our own two boards.
  dense: {
    id: "dense",
    // Its transistors and regulators are cut out as IC, and bridges between their leads find places.
    materials: ["passive_component", "IC"],
    pairs: PCBA,
    modes: STRUCTURAL_MODES,
    aliases: [],
  },
  mixed: {
    id: "mixed",
    materials: ["passive_component", "IC", "connector", "through_hole"],
    pairs: PCBA,
    modes: STRUCTURAL_MODES,
    aliases: [],
  },
});

/** The board that a spelling means, by its name or an alias; case of letters does not count. */
export function boardAlias(spelling: string): string | undefined {
  const wanted = spelling.trim().toLowerCase();
  for (const board of Object.values(BOARDS))
    if ([board.id, ...board.aliases].some((a) => a.toLowerCase() === wanted)) return board.id;
  return undefined;
}

const USECASE_ALIASES: Readonly<Record<string, string>> = freeze({
  pcb: "pcb",
  pcba: "pcb",
  metal: "metal_surface",
  "metal surface": "metal_surface",
  "metal-surface": "metal_surface",
  "magnetic tile": "metal_surface",
  glass: "glass",
  "phone screen": "glass",
  "mobile screen": "glass",
});

/** The use case that a word means: `metal` is `metal_surface`. */
export function usecaseAlias(word: string): string | undefined {
  const wanted = word.trim().toLowerCase();
  return Object.hasOwn(USECASES, wanted)
    ? wanted
    : Object.hasOwn(USECASE_ALIASES, wanted)
      ? USECASE_ALIASES[wanted]
      : undefined;
}

/** True when the name can be passed as a board. */
export const boardNameIsSafe = (name: string): boolean => nameFault(name) === undefined;

/** The only image-edit model (dig 7.1). */
export const IMAGE_EDIT_MODEL = "nvidia/Qwen-Image-Edit-NVPCB-OVSL2SL";
export const CLUSTER_ENDPOINT = "http://qwen-image-edit-nvpcb-ovsl2sl.osmo-nims.svc.cluster.local:8000/v1";
