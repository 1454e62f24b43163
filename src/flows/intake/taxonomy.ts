import { BOARDS, type DefectPairs, type FlowId, USECASES } from "../knobs/index.js";
import type { Slots } from "./types.js";

const pairText = (pair: readonly [string, string]): string => pair.join("+");

/** What the named defects become for a use case and board. */
export type Taxonomy = Readonly<{
  /** Undefined: the knob keeps its default. */
  pairs?: DefectPairs;
  /** Named defects that the shipped checkpoint does not know. */
  unknown: readonly string[];
  /** Pairs that the board has no part for. */
  impossible: DefectPairs;
}>;

/**
 * The pairs of a request: the named ones, minus the refused ones, in the order of the checkpoint's taxonomy. With
 * training, names outside of it are allowed and go on the board's first material.
 */
export function taxonomyOf(s: Slots, flow: FlowId, usecase: string, board: string): Taxonomy {
  const known = USECASES[usecase]?.taxonomy ?? [];
  const named = s.defects;
  const listed = known.filter(([, defect]) => named.includes(defect));
  const unknown = named.filter((d) => !known.some(([, defect]) => defect === d));
  const facts = BOARDS[board];
  const material =
    usecase === "pcb"
      ? (facts?.materials[0] ?? "passive_component")
      : (USECASES[usecase]?.materials[0] ?? usecase);
  const trained = s.train ? unknown.map((d) => [material, d] as const) : [];
  const withMaterials = usecase === "pcb" && flow !== "day1-roi";
  const chosen =
    named.length > 0
      ? [...listed, ...trained]
      : s.allDefects || s.without.length > 0 || usecase !== "pcb" || flow === "texture-day0"
        ? known
        : undefined;
  const kept = chosen?.filter(([, defect]) => !s.without.includes(defect));
  const usual = kept ?? [["passive_component", "missing"] as const];
  const impossible = withMaterials && facts ? usual.filter(([m]) => !facts.materials.includes(m)) : [];
  // Nothing was named and the usual pairs do not fit: the board's own do.
  if (named.length === 0 && facts && impossible.length === usual.length && usual.length > 0)
    return { pairs: facts.pairs.filter(([, d]) => !s.without.includes(d)), unknown, impossible: [] };
  return { ...(kept && { pairs: kept }), unknown: s.train ? [] : unknown, impossible };
}

export const pairNames = (pairs: DefectPairs): string => pairs.map(pairText).join(", ");
