import type { Problem } from "../../kit/errors.js";
import { requireApart } from "../../kit/folders.js";
import { editByEndpoint } from "../endpoint/edit.js";
import { checkEndpoint } from "../endpoint/health.js";
import { isFinal } from "../endpoint/retry.js";
import type { EndpointSettings } from "../endpoint/settings.js";
import { editFolder, type FolderEdit, type FolderResult } from "./edit-folder.js";
import { listFolder } from "./listing.js";

export type EndpointFolder = Omit<FolderEdit, "editor"> &
  Readonly<{
    endpoint: EndpointSettings;
    /** Ask first whether the server is there and serves the model. */
    check?: boolean;
  }>;

/**
 * Has every picture below `input` edited by an image-edit server. The manifest holds the address and all parameters,
 * never the key. Throws what {@link editFolder} and {@link checkEndpoint} do, and errors that every picture would meet.
 */
export async function endpointFolder(o: EndpointFolder): Promise<FolderResult> {
  const { endpoint } = o;
  await requireApart(o.input, o.output);
  await listFolder(o.input);
  const problems: readonly Problem[] = o.check === false ? [] : await checkEndpoint(endpoint, o.signal);
  const { url, dialect, model, prompt, negativePrompt, steps, guidance, seed, align } = endpoint;
  const result = await editFolder({
    ...o,
    editor: {
      how: {
        way: "endpoint",
        url,
        dialect,
        model,
        prompt,
        negativePrompt,
        steps,
        guidance,
        seed,
        align: align ?? null,
      },
      usesLabels: false,
      edit: async ({ picture }, signal) => {
        const { picture: edited, alignment } = await editByEndpoint(picture, endpoint, signal);
        return { picture: edited, ...(alignment && { notes: rounded(alignment) }) };
      },
      isFinal,
    },
  });
  return { ...result, problems: [...problems, ...result.problems] };
}

function rounded(values: Readonly<Record<string, number | boolean>>): Record<string, number | boolean> {
  return Object.fromEntries(
    Object.entries(values).map(([k, v]) => [k, typeof v === "number" ? Math.round(v * 1e4) / 1e4 : v]),
  );
}
