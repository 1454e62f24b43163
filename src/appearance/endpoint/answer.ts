import { ReflowError } from "../../kit/errors.js";
import type { Answer } from "./http.js";
import type { EndpointSettings } from "./settings.js";

const QUOTED = 160;

/** Cause of `endpoint_busy` and `endpoint_failed`: seconds that the server wants to be left alone. */
export type RetryAfter = Readonly<{ retryAfter: number }>;

/**
 * Throws what a refused request means: `endpoint_unauthorized`, `endpoint_not_found`, `endpoint_refused` (other 4xx),
 * `endpoint_busy` (408, 425, 429) or `endpoint_failed` (5xx), with the server's own words, the key taken out.
 */
export function requireOk(answer: Answer, url: string, apiKey: string | undefined): void {
  const { status } = answer;
  if (status >= 200 && status < 300) return;
  const words = quoted(answer.bytes, apiKey);
  const says = words === "" ? "" : `: ${words}`;
  if (status === 401 || status === 403)
    throw new ReflowError(
      "stage",
      "endpoint_unauthorized",
      `${url} refuses the key (${status})`,
      "Put the key into the environment variable IMAGE_EDIT_API_KEY.",
    );
  if (status === 404 || status === 405)
    throw new ReflowError(
      "stage",
      "endpoint_not_found",
      `${url} does not exist (${status})`,
      "This server speaks another dialect or another path: try --dialect images or infer, and see that the URL ends in /v1.",
    );
  if (status === 408 || status === 425 || status === 429)
    throw new ReflowError(
      "stage",
      "endpoint_busy",
      `${url} has no time (${status})${says}`,
      "Lower --concurrency.",
      retryAfter(answer),
    );
  if (status < 500)
    throw new ReflowError(
      "stage",
      "endpoint_refused",
      `${url} refuses the request (${status})${says}`,
      "Look at the server's words; the picture or a parameter is not accepted.",
    );
  throw new ReflowError(
    "stage",
    "endpoint_failed",
    `${url} failed (${status})${says}`,
    "Look at the log of the server; the same command tries the rest again.",
    retryAfter(answer),
  );
}

/** How long the server asks to wait (`Retry-After`, seconds or a date), as the cause of its error. */
function retryAfter({ headers }: Answer): { cause?: RetryAfter } {
  const text = headers.get("retry-after")?.trim() ?? "";
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / 1000;
  return seconds > 0 ? { cause: { retryAfter: seconds } } : {};
}

/** Parses an answer as JSON. Throws `endpoint_answer_invalid`. */
export function answerJson(answer: Answer, apiKey: string | undefined): unknown {
  if (answer.bytes.length === 0) throw invalid(`is empty (${answer.status})`);
  try {
    return JSON.parse(answer.bytes.toString("utf8"));
  } catch {
    throw invalid(`is no JSON (${answer.bytes.length} bytes): ${quoted(answer.bytes, apiKey)}`);
  }
}

export function invalid(why: string): ReflowError {
  return new ReflowError(
    "stage",
    "endpoint_answer_invalid",
    `the answer ${why}`,
    "Check that --dialect is the one of this server; the same command tries the rest again.",
  );
}

/** The beginning of a text answer on one line, never with the key in it. */
function quoted(bytes: Buffer, apiKey: EndpointSettings["apiKey"]): string {
  const text = bytes.subarray(0, 65_536).toString("utf8");
  const open = apiKey ? text.replaceAll(apiKey, "…") : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = open.replace(/[\u0000-\u001f\u007f-\u009f\ufffd\s]+/g, " ").trim();
  return line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line;
}
