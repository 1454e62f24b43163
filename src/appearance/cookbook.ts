import { parse } from "yaml";
import { z } from "zod";
import { dataError } from "../kit/errors.js";
import { ALIGN_DEFAULTS, type EndpointSettings } from "./endpoint/settings.js";

/** What an `augmentation_config_*.yaml` says (dig 6.7). */
export type EditCookbook = Readonly<{
  /** What it sets of the endpoint; the rest has defaults. */
  endpoint: Partial<EndpointSettings>;
  /** Suffix of the output pictures: `.jpg`, `.png`; undefined keeps that of the input (dig C3). */
  suffix: string | undefined;
}>;

const number = z.number();
const text = z.string().min(1);
const schema = z.looseObject({
  data: z.array(z.looseObject({ output: z.looseObject({ video: text.optional() }).optional() })).optional(),
  endpoints: z
    .looseObject({ image_edit: z.looseObject({ url: text.optional(), model: text.optional() }).optional() })
    .optional(),
  pipeline: z.looseObject({ retry: number.int().min(0).max(20).optional() }).optional(),
  captioning: z.looseObject({ llm: z.looseObject({ text: text.optional() }).optional() }).optional(),
  augmentation: z
    .looseObject({
      parameters: z
        .looseObject({
          num_inference_steps: number.int().min(1).max(1000).optional(),
          guidance_scale: number.min(0).max(100).optional(),
          seed: number.int().min(0).optional(),
          negative_prompt: z.string().optional(),
        })
        .optional(),
    })
    .optional(),
  data_processing: z
    .looseObject({
      alignment: z
        .looseObject({
          rot_range_deg: z.tuple([number, number, number]).optional(),
          shift_step: number.positive().optional(),
          bins: number.int().min(4).max(256).optional(),
          min_mi: number.min(0).optional(),
        })
        .optional(),
    })
    .optional(),
});

/**
 * Reads the configuration of the image edit. Keys that are not of the edit are left alone. The prompt may be folded
 * over lines: white space is joined. Throws `edit_config_invalid` with the key named.
 */
export function parseEditCookbook(yaml: string, file: string): EditCookbook {
  const fail = (why: string, field?: string) =>
    dataError(
      "edit_config_invalid",
      `${file}: ${why}`,
      "Correct the file; docs/appearance.md lists its keys.",
      {
        file,
        ...(field && { field }),
      },
    );
  let tree: unknown;
  try {
    tree = parse(yaml);
  } catch (error) {
    throw fail(String((error as Error).message).split("\n")[0] ?? "not valid YAML");
  }
  const result = schema.safeParse(tree);
  if (!result.success) {
    const [issue] = result.error.issues;
    const field = issue?.path.join(".") ?? "";
    throw fail(`${field || "the file"}: ${issue?.message}`, field);
  }
  const { data, endpoints, pipeline, captioning, augmentation, data_processing } = result.data;
  const server = endpoints?.image_edit;
  const prompt = captioning?.llm?.text?.replace(/\s+/g, " ").trim();
  const p = augmentation?.parameters;
  const a = data_processing?.alignment;
  const endpoint: Partial<EndpointSettings> = {
    ...(server?.url !== undefined && { url: server.url }),
    ...(server?.model !== undefined && { model: server.model }),
    ...(prompt && { prompt }),
    ...(pipeline?.retry !== undefined && { retries: pipeline.retry }),
    ...(p?.num_inference_steps !== undefined && { steps: p.num_inference_steps }),
    ...(p?.guidance_scale !== undefined && { guidance: p.guidance_scale }),
    ...(p?.seed !== undefined && { seed: p.seed }),
    ...(p?.negative_prompt !== undefined && { negativePrompt: p.negative_prompt }),
    ...(a && {
      align: {
        rotation: a.rot_range_deg ?? ALIGN_DEFAULTS.rotation,
        shiftStep: a.shift_step ?? ALIGN_DEFAULTS.shiftStep,
        bins: a.bins ?? ALIGN_DEFAULTS.bins,
        minMi: a.min_mi ?? ALIGN_DEFAULTS.minMi,
      },
    }),
  };
  return { endpoint, suffix: /\.(png|jpe?g)$/i.exec(data?.[0]?.output?.video ?? "")?.[0]?.toLowerCase() };
}
