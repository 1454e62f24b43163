import { learnStep, trainingFolder } from "../anomaly/learn.js";
import { trainingTables } from "../anomaly/outcome.js";
import type { FlowDefinition } from "../run/definition.js";
import { notesOf } from "../run/notes.js";
import { labelledData } from "../steps/labelled.js";

/** Learns from labelled pictures: a checkpoint that other flows use (dig 1.6). */
export const finetune: FlowDefinition = {
  id: "finetune",
  title: "Finetune Only",
  usecases: [],
  steps: (r) => (r.knobs.dig_url_root === undefined ? 2 : 1),
  run: async (c) => {
    const { request } = c;
    const data = await labelledData(c);
    const learnt = await c.step(
      learnStep({ request, ...data, folder: trainingFolder(request), makes: "finetune" }),
    );
    return {
      accounts: learnt.types.map((t) => ({
        of: t.type,
        unit: "specimens",
        requested: null,
        allocated: t.specimens,
        generated: t.specimens,
        refused: {},
      })),
      refused: {},
      tables: trainingTables(learnt),
      samples: { columns: [], rows: [] },
      problems: [],
      notes: [
        `The checkpoint is ${learnt.folder}, step ${learnt.best}. Copy the folder to models/${request.cookbook.usecase} of a storage root to use it with use_pretrained_checkpoint=true.`,
        ...notesOf(learnt.warnings),
      ],
      next: [
        `reflow generate day1-roi --cookbook ${request.cookbook.name} --set use_pretrained_checkpoint=true --set dig_url_root=<root> --output defects`,
      ],
    };
  },
};
