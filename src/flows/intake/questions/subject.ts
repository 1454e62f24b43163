import { BOARDS, DEFAULT_BOARD, FLOW_INFO, type FlowId, USECASES } from "../../knobs/index.js";
import { routes } from "../route.js";
import { usageError } from "../slots.js";
import { type Asked, ask, type Choice, type Context, said } from "./ask.js";

export function askUsecase({ slots }: Context): Asked {
  const named = slots.usecases.length > 1 ? slots.usecases : ["pcb", "metal_surface", "glass"];
  return ask(
    "Q-USECASE",
    `${said(slots)}: which use case${slots.usecases.length > 1 ? " first; one run has one" : ""}?`,
    named.map(
      (usecase): Choice => [
        usecase,
        [`usecase=${usecase}`],
        {
          usecase,
          usecases: [usecase],
          pcb: usecase === "pcb",
          confirmed: true,
          // Of two use cases only the defects of the chosen one count.
          ...(slots.usecases.length > 1 && { defects: slots.defects.filter((d) => knows(usecase, d)) }),
        },
      ],
    ),
  );
}

const knows = (usecase: string, name: string): boolean =>
  USECASES[usecase]?.taxonomy.some(([, defect]) => defect === name) === true;

const PHOTO_NOTE = "its photo on Day 1";

/** Another board, or one that can show the named defects. */
export function askBoard({ slots, env }: Context, why: "other" | "pairs"): Asked {
  const known = env.boards ?? [DEFAULT_BOARD, "1152819000"];
  const names = slots.defects;
  const able = known.filter((b) => why === "other" || BOARDS[b]?.pairs.some(([, d]) => names.includes(d)));
  const flow = slots.flow ?? (routes(slots).length === 0 ? "texture-day0" : undefined);
  const withFlow = flow && slots.flow === undefined ? [`flow ${flow}`] : [];
  const title = withFlow.length > 0 && flow ? `, ${FLOW_INFO[flow].title}` : "";
  const text =
    why === "pairs"
      ? `${said(slots)}: the usual board has no part that can show ${names.join(", ")}. Which board?`
      : slots.otherBoard
        ? `${said(slots)}: there is no cookbook for the board ${slots.otherBoard}. Which board?`
        : `${said(slots)}: which board?`;
  return ask("Q-BOARD", text, [
    ...able.slice(0, 3).map((board): Choice => {
      const photo = BOARDS[board]?.photo;
      return [
        `${board}${photo && board !== DEFAULT_BOARD ? ` (and ${PHOTO_NOTE})` : ""}${title}`,
        [`board=${board}`, ...withFlow],
        { board, otherBoard: undefined, pcb: true, ...(flow && { flow }) },
      ];
    }),
    [
      "a board of your own: it needs a cookbook folder, and a photo for Day 1",
      ["cookbooks/pcb/<board>/"],
      () => {
        throw usageError(
          "board_needs_cookbook",
          `${slots.otherBoard || "a board of your own"} has no cookbook yet`,
          "Copy cookbooks/pcb/<a known board> to cookbooks/pcb/<your board>, put the scene and input_real_image/<your board>.jpg under datasets/pcb/assets, then name the board.",
        );
      },
    ],
  ]);
}

export function askTaxonomy(
  { slots }: Context,
  flow: FlowId,
  unknown: readonly string[],
  rest: readonly string[],
): Asked {
  return ask(
    "Q-TAXONOMY",
    `${said(slots)}: the shipped checkpoint does not know ${unknown.join(", ")}. What then?`,
    [
      [
        rest.length > 0 ? `only ${rest.join(", ")}` : "the defects that it knows",
        ["use_pretrained_checkpoint=true"],
        { flow, defects: rest },
      ],
      [
        `train on labelled images that show ${unknown.join(", ")}, then generate`,
        ["use_pretrained_checkpoint=false"],
        { flow, train: true, generate: true },
      ],
    ],
  );
}
