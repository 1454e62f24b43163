import { ReflowError } from "../../kit/errors.js";
import { encodeImage, type Pixels, resizeImage } from "../../kit/images.js";
import { asRgb } from "../../vision/index.js";
import { type Alignment, findAlignment, laid } from "./align.js";
import { answerJson, invalid, requireOk } from "./answer.js";
import { decodeAnswer } from "./decode.js";
import { type Sent, SPOKEN } from "./dialects.js";
import { type Answer, type Ask, exchange, shown } from "./http.js";
import { withRetries } from "./retry.js";
import type { EndpointSettings } from "./settings.js";
import { workSize } from "./size.js";

export type Edited = Readonly<{
  /** RGB, the size of the original. */
  picture: Pixels;
  alignment: Alignment | undefined;
  /** Tries that were needed. */
  attempts: number;
  answered: Readonly<{ width: number; height: number }>;
}>;

/** How far the aspect ratio of an answer may differ: the working grid alone shifts it by a few percent. */
const ASPECT = 0.1;
/** Standard deviation of grey levels below which a picture shows nothing, and above which the original showed something. */
const BLANK = 1.5;
const NOT_BLANK = 6;

/**
 * Sends one picture to an image-edit server and lays the answer on the original: same size, same outlines.
 *
 * Throws the errors of {@link exchange} and {@link requireOk}, `endpoint_answer_invalid` (no JSON, no picture),
 * `endpoint_answer_size` (another aspect ratio, or smaller than half the original) and `endpoint_answer_blank`.
 */
export async function editByEndpoint(
  original: Pixels,
  settings: EndpointSettings,
  signal?: AbortSignal,
): Promise<Edited> {
  const source = asRgb(original);
  const spoken = SPOKEN[settings.dialect];
  const size = spoken.scales ? source : workSize(source.width, source.height);
  const scaled = await resizeImage(source, size.width, size.height, "cubic");
  const sent: Sent = {
    bytes: await encodeImage(scaled, "png"),
    mime: "image/png",
    width: size.width,
    height: size.height,
  };
  let attempts = 0;
  const answer = await withRetries(
    async () => {
      attempts++;
      const picture = await asked(spoken.ask(settings, sent), settings, signal);
      requireFit(source, picture);
      return picture;
    },
    { ...settings, ...(signal && { signal }) },
  );
  const back = await resizeImage(answer, source.width, source.height, "cubic");
  const alignment = settings.align ? findAlignment(source, back, settings.align) : undefined;
  return {
    picture: alignment ? laid(back, alignment) : back,
    alignment,
    attempts,
    answered: { width: answer.width, height: answer.height },
  };
}

async function asked(ask: Ask, settings: EndpointSettings, signal: AbortSignal | undefined): Promise<Pixels> {
  const { apiKey } = settings;
  const send = async (what: Ask): Promise<Answer> => {
    const answer = await exchange(what, { ...settings, ...(signal && { signal }) });
    requireOk(answer, shown(what.url), apiKey);
    return answer;
  };
  const answer = await send(ask);
  const found = SPOKEN[settings.dialect].find(answerJson(answer, apiKey));
  if (!found) throw invalid(`holds no picture where the ${settings.dialect} dialect has it`);
  if ("base64" in found) return decodeAnswer(found.base64);
  if (!URL.canParse(found.url, ask.url)) throw invalid("names no address of a picture");
  const url = new URL(found.url, ask.url);
  if (url.origin !== new URL(ask.url).origin)
    throw invalid(`names a picture on another server, ${url.origin}, which is not fetched`);
  return decodeAnswer((await send({ url: url.href, method: "GET" })).bytes.toString("base64"));
}

function requireFit(original: Pixels, answer: Pixels): void {
  const aspect = (answer.width / answer.height) * (original.height / original.width);
  const coarse = Math.min(answer.width / original.width, answer.height / original.height);
  // A long, narrow crop can only roughly be had on the working grid.
  const grid = workSize(original.width, original.height);
  const slack = Math.abs(Math.log(grid.width / grid.height / (original.width / original.height)));
  if (Math.abs(Math.log(aspect)) > ASPECT + slack || coarse < 0.5)
    throw new ReflowError(
      "stage",
      "endpoint_answer_size",
      `the answer is ${answer.width}×${answer.height} for a crop of ${original.width}×${original.height}`,
      "The server must keep the aspect ratio and not shrink; check that it serves the right model.",
    );
  if (spread(original) > NOT_BLANK && spread(answer) < BLANK)
    throw new ReflowError(
      "stage",
      "endpoint_answer_blank",
      "the answer is one plain colour",
      "Look at the server's log: a filter or an overflow may have emptied the picture.",
    );
}

function spread({ data }: Pixels): number {
  let sum = 0;
  let square = 0;
  for (const v of data) {
    sum += v;
    square += v * v;
  }
  const mean = sum / data.length;
  return Math.sqrt(Math.max(0, square / data.length - mean * mean));
}
