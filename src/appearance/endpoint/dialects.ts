import type { Ask } from "./http.js";
import type { Dialect, EndpointSettings } from "./settings.js";

/** An encoded picture as it is sent. */
export type Sent = Readonly<{
  bytes: Buffer;
  mime: "image/png" | "image/jpeg";
  width: number;
  height: number;
}>;

/** What an answer holds: the picture itself as base64 text, or its address. */
export type Found = Readonly<{ base64: string }> | Readonly<{ url: string }> | undefined;

type Spoken = Readonly<{
  /** The server scales to its working size by itself. */
  scales: boolean;
  ask: (settings: EndpointSettings, picture: Sent) => Ask;
  find: (answer: unknown) => Found;
}>;

/** The three ways to ask for an edit (dig 7.3). */
export const SPOKEN: Readonly<Record<Dialect, Spoken>> = {
  chat: { scales: true, ask: chatAsk, find: chatFind },
  images: { scales: false, ask: imagesAsk, find: imagesFind },
  infer: { scales: true, ask: inferAsk, find: inferFind },
};

const JSON_BODY = { "content-type": "application/json" };

function chatAsk(s: EndpointSettings, picture: Sent): Ask {
  return {
    url: `${s.url}/chat/completions`,
    method: "POST",
    headers: JSON_BODY,
    body: JSON.stringify({
      model: s.model,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: s.prompt },
            { type: "image_url", image_url: { url: dataUrl(picture) } },
          ],
        },
      ],
      // A literal key of the body, not a merge into it.
      extra_body: {
        num_inference_steps: s.steps,
        guidance_scale: s.guidance,
        seed: s.seed,
        negative_prompt: s.negativePrompt,
      },
    }),
  };
}

function chatFind(answer: unknown): Found {
  const content = at(answer, "choices", 0, "message", "content");
  if (!Array.isArray(content)) return undefined;
  const part = content.find((p) => at(p, "type") === "image_url");
  const url = at(part, "image_url", "url");
  return typeof url === "string" ? { base64: afterComma(url) } : undefined;
}

function imagesAsk(s: EndpointSettings, picture: Sent): Ask {
  const form = new FormData();
  const name = picture.mime === "image/png" ? "image.png" : "image.jpg";
  form.set("image", new Blob([new Uint8Array(picture.bytes)], { type: picture.mime }), name);
  const fields = {
    prompt: s.prompt,
    model: s.model,
    n: 1,
    size: `${picture.width}x${picture.height}`,
    response_format: "b64_json",
    num_inference_steps: s.steps,
    guidance_scale: s.guidance,
    seed: s.seed,
    negative_prompt: s.negativePrompt,
  };
  for (const [key, value] of Object.entries(fields)) form.set(key, String(value));
  return { url: `${s.url}/images/edits`, method: "POST", body: form };
}

function imagesFind(answer: unknown): Found {
  const base64 = at(answer, "data", 0, "b64_json");
  if (typeof base64 === "string") return { base64: base64.startsWith("data:") ? afterComma(base64) : base64 };
  const url = at(answer, "data", 0, "url");
  if (typeof url !== "string") return undefined;
  return url.startsWith("data:") ? { base64: afterComma(url) } : { url };
}

function inferAsk(s: EndpointSettings, picture: Sent): Ask {
  return {
    url: `${s.url.replace(/\/v1$/, "")}/v1/infer`,
    method: "POST",
    headers: JSON_BODY,
    body: JSON.stringify({
      prompt: s.prompt,
      image: dataUrl(picture),
      steps: s.steps,
      cfg_scale: s.guidance,
      seed: s.seed,
      negative_prompt: s.negativePrompt,
    }),
  };
}

function inferFind(answer: unknown): Found {
  const base64 = at(answer, "artifacts", 0, "base64");
  if (typeof base64 !== "string") return undefined;
  return { base64: base64.startsWith("data:") ? afterComma(base64) : base64 };
}

function dataUrl({ bytes, mime }: Sent): string {
  return `data:${mime};base64,${bytes.toString("base64")}`;
}

/** What follows `base64,`; empty where that is missing. */
function afterComma(url: string): string {
  const from = url.indexOf("base64,");
  return from < 0 ? "" : url.slice(from + 7);
}

/** The value at a path of keys and indices, or undefined. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let here = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return undefined;
    here = (here as Record<string | number, unknown>)[key];
  }
  return here;
}
