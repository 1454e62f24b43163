import { z } from "zod";
import { dataError, ReflowError } from "../../kit/errors.js";
import type { Download } from "./download.js";

/** A repository of a model hub. */
export type HubRepository = Readonly<{ kind: "model" | "dataset"; id: string }>;

export type Hub = Readonly<{
  /** `https://huggingface.co`, or a mirror of it. */
  url: string;
  token?: string;
}>;

const entry = z.object({
  type: z.string(),
  path: z.string(),
  size: z.number().optional(),
  lfs: z.object({ oid: z.string(), size: z.number() }).nullish(),
});

const page = (hub: Hub, repo: HubRepository): string =>
  `${hub.url}/${repo.kind === "dataset" ? "datasets/" : ""}${repo.id}`;

/**
 * The files of a repository with sizes and, for large files, SHA-256. Throws `source_gated` (a licence or a token is
 * missing; the message says where), `source_missing`, `source_unreachable`, `source_unreadable`.
 */
export async function hubFiles(
  hub: Hub,
  repo: HubRepository,
  signal?: AbortSignal,
): Promise<readonly Omit<Download, "file">[]> {
  const headers = authorisation(hub);
  const files: Omit<Download, "file">[] = [];
  let next: string | undefined = `${hub.url}/api/${repo.kind}s/${repo.id}/tree/main?recursive=true`;
  while (next) {
    const response: Response = await ask(next, headers, signal);
    if (response.status === 401 || response.status === 403) throw gated(hub, repo);
    if (!response.ok)
      throw dataError(
        "source_missing",
        `${page(hub, repo)} answers ${response.status}`,
        "Name a copy with --from.",
      );
    for (const raw of await entriesOf(response, hub, repo)) {
      if (raw.type !== "file" || skipped(raw.path)) continue;
      files.push({
        name: raw.path,
        url: `${page(hub, repo)}/resolve/main/${raw.path.split("/").map(encodeURIComponent).join("/")}`,
        headers,
        ...((raw.lfs?.size ?? raw.size) !== undefined && { size: raw.lfs?.size ?? raw.size! }),
        ...(raw.lfs && { sha256: raw.lfs.oid.replace(/^sha256:/, "") }),
      });
    }
    next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
    // The token goes to the hub only.
    if (next && new URL(next, hub.url).origin !== new URL(hub.url).origin) next = undefined;
    else if (next) next = new URL(next, hub.url).href;
  }
  return files;
}

async function entriesOf(response: Response, hub: Hub, repo: HubRepository) {
  try {
    return z.array(entry).parse(await response.json());
  } catch (error) {
    throw new ReflowError(
      "stage",
      "source_unreadable",
      `${page(hub, repo)} answers with no list of files`,
      "Check --hub and HF_ENDPOINT, and that no log-in page of a network stands between.",
      { cause: error },
    );
  }
}

/** The address of a hub, without a slash at its end. Throws `hub_invalid` for what is no HTTP address or holds a password. */
export function hubUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "")
    return text.replace(/\/+$/, "");
  throw new ReflowError(
    "usage",
    "hub_invalid",
    url?.username || url?.password
      ? "the hub's address holds a user name or password"
      : `${text} is no address of a hub`,
    "Give it like https://huggingface.co; a token goes into the environment variable HF_TOKEN.",
  );
}

const authorisation = (hub: Hub): Record<string, string> =>
  hub.token === undefined ? {} : { authorization: `Bearer ${hub.token}` };

/** Housekeeping files of the hub are no data (dig 9.1). */
const skipped = (path: string): boolean =>
  /(^|\/)(?:\.gitattributes|\.cache)(\/|$)/.test(path) || path.split("/").includes("..");

function gated(hub: Hub, repo: HubRepository): ReflowError {
  const where = page(hub, repo);
  return dataError(
    "source_gated",
    hub.token === undefined ? `${where} needs an account` : `${where} is not open to this account`,
    `Accept its licence on ${where}, then set HF_TOKEN to a token of that account; or name a copy with --from.`,
  );
}

async function ask(url: string, headers: Record<string, string>, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    const cause = (error as { cause?: { code?: unknown } }).cause;
    throw new ReflowError(
      "stage",
      "source_unreachable",
      `cannot reach ${new URL(url).origin}: ${String(cause?.code ?? (error as Error).message)}`,
      "Check the network, or name a copy with --from.",
      { cause: error },
    );
  }
}
