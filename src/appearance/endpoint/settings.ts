import { ReflowError } from "../../kit/errors.js";

/** How an image-edit server wants to be asked (dig 7.3). */
export const DIALECTS = ["chat", "images", "infer"] as const;
export type Dialect = (typeof DIALECTS)[number];

/** The one model whose edits keep labels valid (dig 7.1). */
export const EDIT_MODEL = "nvidia/Qwen-Image-Edit-NVPCB-OVSL2SL";

/** What the model is asked for where no configuration says otherwise. */
export const DEFAULT_PROMPT =
  "Turn this rendered crop of a PCB component into an NVPCB photograph under raked solder light: " +
  "a dark, reddish board, solder and pads with bright orange-red and blue highlights, natural photographic textures. " +
  "Keep every outline where it is.";

export type EndpointSettings = Readonly<{
  /** Base URL; it ends in `/v1` for `chat` and `images`. */
  url: string;
  dialect: Dialect;
  model: string;
  prompt: string;
  negativePrompt: string;
  /** Denoising steps, and the weight of the prompt. */
  steps: number;
  guidance: number;
  seed: number;
  /** Bearer token; sent to the endpoint's own origin alone, in no message and no file. */
  apiKey?: string;
  /** Seconds for one request, its answer included. */
  timeout: number;
  /** Further tries after the first, and the seconds before the first of them; doubled each time. */
  retries: number;
  backoff: number;
  /** Most bytes of one answer. */
  maxBytes: number;
  /** Search for what the model moved (dig 7.4); off: the answer is only scaled. */
  align: AlignSettings | undefined;
}>;

/** Ranges of the search that lays the answer on the original (dig 6.7, 7.4). */
export type AlignSettings = Readonly<{
  /** Degrees: from, to, step. */
  rotation: readonly [number, number, number];
  /** Pixels of the original. */
  shiftStep: number;
  bins: number;
  /** Below this mutual information (nats) the answer is only scaled. */
  minMi: number;
}>;

export const ALIGN_DEFAULTS: AlignSettings = { rotation: [-1, 1, 0.1], shiftStep: 2, bins: 64, minMi: 0 };

export const ENDPOINT_DEFAULTS: Omit<EndpointSettings, "url" | "apiKey"> = {
  dialect: "chat",
  model: EDIT_MODEL,
  prompt: DEFAULT_PROMPT,
  negativePrompt: " ",
  steps: 30,
  guidance: 4,
  seed: 0,
  timeout: 120,
  retries: 3,
  backoff: 5,
  maxBytes: 64 * 1024 * 1024,
  align: ALIGN_DEFAULTS,
};

/**
 * The settings with everything filled in. Throws `endpoint_url_invalid` for what is no HTTP address or holds a
 * password, and `endpoint_model_refused` for another model.
 */
export function endpointSettings(
  given: Partial<EndpointSettings> & Readonly<{ url: string }>,
): EndpointSettings {
  const url = checkedUrl(given.url);
  const settings = { ...ENDPOINT_DEFAULTS, ...given, url };
  if (settings.model !== EDIT_MODEL)
    throw new ReflowError(
      "usage",
      "endpoint_model_refused",
      `the model "${settings.model}" is not the one that keeps labels valid`,
      `Serve ${EDIT_MODEL}, or use --exemplars.`,
    );
  return settings;
}

function checkedUrl(text: string): string {
  const fail = (why: string) =>
    new ReflowError(
      "usage",
      "endpoint_url_invalid",
      `the endpoint ${why}`,
      "Give it like http://host:8000/v1; a key goes into the environment variable IMAGE_EDIT_API_KEY.",
    );
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw fail("is no URL");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") throw fail(`begins with ${url.protocol}`);
  if (url.username !== "" || url.password !== "") throw fail("holds a user name or password");
  if (url.search !== "" || url.hash !== "") throw fail("holds a query or fragment");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
