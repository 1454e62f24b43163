import { type FlowId, USECASES } from "../knobs/index.js";
import * as Q from "./questions/index.js";
import { isBare, isUnfit, routes, usecaseOf } from "./route.js";
import { boardOf } from "./settled.js";
import { usageError } from "./slots.js";
import { taxonomyOf } from "./taxonomy.js";
import type { QuestionId } from "./types.js";

export type Situation = Q.Context & Readonly<{ used: ReadonlySet<QuestionId>; podConfirmed: boolean }>;

const DAY0: readonly (FlowId | undefined)[] = ["texture-day0", "good", "structural"];

/**
 * All questions that are open (dig 3.2 and 3.5), the storage root first, then the rest by weight. Questions that were
 * answered are left out. Throws where a value cannot work at all.
 */
export function openQuestions(c: Situation): readonly Q.Asked[] {
  const { slots: s } = c;
  const what = s.view && !s.setup && !s.upload ? (s.view === "unclear" ? [Q.askView(c)] : []) : work(c);
  const touches = !s.planOnly && !(s.view && !s.setup && !s.upload);
  const rootKnown = (s.root ?? c.memory.dig_url_root) !== undefined;
  const gate = touches ? [...(rootKnown ? [] : [Q.askRoot(c)]), ...firstTime(c)] : [];
  const [first, rest] = [
    gate.filter((q) => q.question.id === "Q-ROOT"),
    gate.filter((q) => q.question.id !== "Q-ROOT"),
  ];
  return [...first, ...what, ...rest].filter((q) => !c.used.has(q.question.id));
}

/** What only a cluster needs to know: pool, image-edit endpoint, pod template. */
function firstTime(c: Situation): readonly Q.Asked[] {
  const { slots: s, memory, env } = c;
  if (env.platform !== "osmo" || s.upload) return [];
  const out: Q.Asked[] = [];
  const empty = Object.keys(memory).length === 0;
  if ((s.pool ?? memory.pool) === undefined && env.pools?.length !== 1) out.push(Q.askPool(c));
  const flow = routes(s)[0];
  const day0 = !s.setup && (flow === undefined ? s.day !== 1 : DAY0.includes(flow));
  const endpoint = s.endpoint ?? s.knobs.image_edit_endpoint ?? memory.endpoint;
  if (day0 && endpoint === undefined && empty) out.push(Q.askEndpoint(c));
  else if (
    day0 &&
    (endpoint ?? "local") === "local" &&
    (env.poolCapacity ?? 2) < 2 &&
    !c.used.has("Q-ENDPOINT")
  )
    out.push(Q.askCapacity(c));
  if (env.podTemplateForbidden && memory.pod_template === undefined && !c.podConfirmed && !s.setup)
    out.push(Q.askPods());
  return out;
}

function work(c: Situation): readonly Q.Asked[] {
  const { slots: s } = c;
  if (s.upload) return [];
  if (s.setup) return s.setupCase || setupCaseOf(s) ? [] : [Q.askSetup(c)];
  const flows = routes(s);
  if (flows.length > 1 && !s.inTurn) return [Q.askFlows(c, flows)];
  const flow = flows[0];
  return flow === undefined ? flowUnknown(c) : flowKnown(c, flow);
}

/** The set-up case that the words of a use case mean. */
export function setupCaseOf(s: Q.Context["slots"]): "pcb" | "metal" | "glass" | "pretrained" | undefined {
  if (/\bpre-?trained\b|\bbase models?\b/i.test(s.phrase)) return "pretrained";
  const usecase = usecaseOf(s);
  return usecase === "metal_surface"
    ? "metal"
    : usecase === "pcb" || usecase === "glass"
      ? usecase
      : undefined;
}

function flowUnknown(c: Situation): readonly Q.Asked[] {
  const { slots: s } = c;
  if (s.otherBoard !== undefined) return [Q.askBoard(c, "other")];
  if (s.smoke) return [Q.askSmoke(c)];
  if (s.usecases.length > 1) return [Q.askUsecase(c)];
  if (s.train) return [Q.askTrain(c), ...(usecaseOf(s) === undefined ? [Q.askUsecase(c)] : [])];
  if (s.data) return [Q.askData(c)];
  if (s.day === 1) return [Q.askUsecase(c)];
  if (s.anyDefect || s.count?.stage === "defect") return [Q.askDefect(c)];
  if (s.count) return [Q.askCount(c, undefined)];
  return [Q.askPcba(c)];
}

function flowKnown(c: Situation, flow: FlowId): readonly Q.Asked[] {
  const { slots: s } = c;
  const out: Q.Asked[] = [];
  const usecase = usecaseOf(s);
  if (s.otherBoard !== undefined && flow !== "day1-roi" && flow !== "finetune")
    out.push(Q.askBoard(c, "other"));
  if (usecase === undefined && (flow === "finetune" || flow === "day1-roi" || c.used.has("Q-TRAIN")))
    out.push(Q.askUsecase(c));
  if (flow === "day1-roi" && usecase !== undefined && usecase !== "pcb" && (isBare(s) || isUnfit(s)))
    out.push(Q.askForced(c, usecase));
  // A stage is asked for at first only: whoever just chose the flow gets the usual one, with a note.
  const bare = s.count?.stage === "image" && (flow === "good" || flow === "texture-day0");
  if (bare && !countIsSet(s.knobs) && c.used.size === 0) out.push(Q.askCount(c, flow));
  return [...out, ...taxonomyQuestions(c, flow, usecase ?? "pcb")];
}

const countIsSet = (knobs: Readonly<Record<string, string>>): boolean =>
  ["num_sdg", "crop_max_emit", "render_patches"].some((k) => knobs[k] !== undefined);

function taxonomyQuestions(c: Situation, flow: FlowId, usecase: string): readonly Q.Asked[] {
  const { slots: s } = c;
  if (flow === "structural" || flow === "good" || flow === "finetune") return [];
  if (s.knobs.anomaly_types_json !== undefined || !Object.hasOwn(USECASES, usecase)) return [];
  const board = boardOf(c);
  const { pairs, unknown, impossible } = taxonomyOf(s, flow, usecase, board.name);
  if (unknown.length > 0)
    return [
      Q.askTaxonomy(
        c,
        flow,
        unknown,
        s.defects.filter((d) => !unknown.includes(d)),
      ),
    ];
  if (pairs?.length === 0)
    throw usageError(
      "no_defects_left",
      "every defect is excluded",
      "Name at least one defect, or ask for good images.",
    );
  if (pairs && impossible.length === pairs.length && s.otherBoard === undefined) {
    if (board.from === "request")
      throw usageError(
        "defect_not_on_board",
        `the board ${board.name} has no part that can show ${s.defects.join(", ")}`,
        "Name another board, or another defect.",
      );
    return [Q.askBoard(c, "pairs")];
  }
  return [];
}
