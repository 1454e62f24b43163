import { FLOWS, type FlowId, findKnob } from "../knobs/index.js";
import type { Slots } from "./types.js";
import { DEFECT_WORDS } from "./vocabulary.js";

/** The flows that a request can mean: none yet, one, or several between which only the user can choose. */
export function routes(s: Slots): readonly FlowId[] {
  if (s.flow) return [s.flow];
  const usecase = usecaseOf(s);
  const other = usecase !== undefined && usecase !== "pcb";
  if (s.train && usecase !== undefined && !wantsImages(s, other)) return ["finetune"];
  // Metal, glass and own use cases have one flow (dig N-FORCED).
  if (other) return ["day1-roi"];
  if (s.usecases.length > 1) return [];
  if (s.manual) return ["day1-roi", ...posed(s)];
  if (s.flows.includes("day1-align") || s.photo) return ["day1-align", ...posed(s)];
  if (s.day === 1) return knowsPcb(s) ? ["day1-align", ...posed(s)] : [];
  const found: FlowId[] = [];
  if (s.flows.includes("texture-day0") || s.defects.length > 0) found.push("texture-day0");
  if (s.flows.includes("good")) found.push("good");
  found.push(...posed(s));
  // "defects, but no bridges" speaks of texture defects; a knob that one flow alone has names that flow.
  if (
    found.length === 0 &&
    (s.anyDefect || s.allDefects || s.day === 0) &&
    s.without.some((d) => DEFECT_WORDS.some((w) => w.name === d))
  )
    found.push("texture-day0");
  return found.length > 0 ? found : ownerOfKnobs(s);
}

function ownerOfKnobs(s: Slots): readonly FlowId[] {
  const names = Object.keys(s.knobs).filter((name) => findKnob(name) !== undefined);
  const able = FLOWS.filter((flow) => names.every((name) => findKnob(name)!.scopes.includes(flow)));
  return names.length > 0 && able.length === 1 ? able : [];
}

const posed = (s: Slots): readonly FlowId[] =>
  s.flows.includes("structural") || s.modes.length > 0 ? ["structural"] : [];

/** Images are asked for beside a training: then the training is the first step of the same run. */
function wantsImages(s: Slots, other: boolean): boolean {
  const flows = s.flows.filter((f) => !(other && f === "texture-day0") && f !== "good");
  return s.day !== undefined || flows.length > 0 || s.photo || s.manual || s.generate;
}

/** The use case as far as it is certain: named, or implied by a board, an alignment or Day 0. */
export function usecaseOf(s: Slots): string | undefined {
  if (s.usecase !== undefined) return s.usecase;
  const named = s.usecases.filter((u) => u !== "pcb");
  if (named.length === 1 && s.usecases.length === 1) return named[0];
  if (s.usecases.length > 1) return undefined;
  return knowsPcb(s) ? "pcb" : undefined;
}

function knowsPcb(s: Slots): boolean {
  const shown = s.defects.some((d) => ["bridge", "excess_solder", "missing"].includes(d));
  return s.pcb || s.board !== undefined || s.photo || shown || s.modes.length > 0;
}

/** Nothing but the use case was said. */
export function isBare(s: Slots): boolean {
  return (
    !s.confirmed &&
    s.flow === undefined &&
    !s.verb &&
    !s.generate &&
    !s.data &&
    !s.smoke &&
    s.train === undefined &&
    s.day === undefined &&
    s.count === undefined &&
    s.flows.length === 0 &&
    s.defects.length === 0 &&
    !s.anyDefect &&
    !s.allDefects &&
    Object.keys(s.knobs).length === 0
  );
}

/** Something was said that metal and glass do not have: clean renders, poses, Day 0. */
export function isUnfit(s: Slots): boolean {
  const inputs =
    s.data || s.train !== undefined || /\bmasks?\b|\bcheckpoint\b|\bdataset\b|\bin place\b/i.test(s.phrase);
  return (
    !s.confirmed &&
    s.flow === undefined &&
    (s.day === 0 ||
      s.modes.length > 0 ||
      s.flows.includes("structural") ||
      (s.flows.includes("good") && !inputs))
  );
}
