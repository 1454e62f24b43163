import { type Problem, ReflowError } from "../../kit/errors.js";
import { answerJson, requireOk } from "./answer.js";
import { exchange, shown } from "./http.js";
import type { EndpointSettings } from "./settings.js";

/** Seconds and bytes for the list of models. */
const QUICK = { timeout: 15, maxBytes: 4 * 1024 * 1024 };

/**
 * Asks the server whether it is there and serves the model (dig 7.5: `GET /v1/models`). A server without such a list
 * gives a warning. Throws what {@link exchange} does, `endpoint_unauthorized`, `endpoint_failed`, and
 * `endpoint_model_missing`.
 */
export async function checkEndpoint(
  settings: EndpointSettings,
  signal?: AbortSignal,
): Promise<readonly Problem[]> {
  const base = settings.dialect === "infer" ? `${settings.url.replace(/\/v1$/, "")}/v1` : settings.url;
  const url = `${base}/models`;
  const { apiKey } = settings;
  const limits = { ...QUICK, timeout: Math.min(QUICK.timeout, settings.timeout) };
  const answer = await exchange(
    { url, method: "GET" },
    { ...limits, ...(apiKey && { apiKey }), ...(signal && { signal }) },
  );
  if (answer.status === 404 || answer.status === 405)
    return [unknown(url, `has no list of models (${answer.status})`)];
  requireOk(answer, shown(url), apiKey);
  const data = (answerJson(answer, apiKey) as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) return [unknown(url, "gives no list of models")];
  const ids = data.map((m) => String((m as { id?: unknown } | null)?.id));
  if (ids.includes(settings.model)) return [];
  throw new ReflowError(
    "stage",
    "endpoint_model_missing",
    `${shown(url)} serves ${ids.slice(0, 5).join(", ") || "no model"}, not ${settings.model}`,
    `Serve ${settings.model}: another model moves outlines, and labels no longer fit.`,
  );
}

function unknown(url: string, why: string): Problem {
  return {
    code: "endpoint_model_unknown",
    severity: "warning",
    message: `${shown(url)} ${why}; whether the right model answers is not known`,
    hint: "Look at the first edited pictures.",
  };
}
