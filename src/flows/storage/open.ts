import path from "node:path";
import { fileURLToPath } from "node:url";
import { ReflowError } from "../../kit/errors.js";
import { secretOf } from "../../kit/secrets.js";
import { isRoot, rootInvalid } from "../knobs/index.js";
import { localStorage } from "./local.js";
import { s3Storage } from "./s3.js";
import type { S3Access, Storage } from "./types.js";

/**
 * Opens a `dig_url_root`: a folder, `file://` or `s3://`. Nothing is read yet. Throws `root_invalid`,
 * `storage_unsupported` (gs, swift, tos, azure: for clusters only) or `storage_keys_missing` (s3 without access).
 */
export function openStorage(root: string, access?: S3Access): Storage {
  if (!isRoot(root)) throw rootInvalid(root);
  const scheme = /^([a-z0-9]+):\/\//i.exec(root)?.[1]?.toLowerCase();
  if (scheme === undefined) return localStorage(root, path.resolve(root));
  if (scheme === "file")
    return localStorage(root, fileURLToPath(root.replace(/^file:\/\/localhost\//i, "file:///")));
  if (scheme !== "s3")
    throw new ReflowError(
      "usage",
      "storage_unsupported",
      `${scheme}:// roots cannot be opened from here`,
      "Use a folder, file:// or s3://; most stores have an S3 endpoint (AWS_ENDPOINT_URL).",
    );
  if (!access)
    throw new ReflowError(
      "usage",
      "storage_keys_missing",
      `${root} needs access keys`,
      "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_ENDPOINT_URL for a store other than AWS.",
    );
  return s3Storage(root, access);
}

/** S3 keys out of environment variables; undefined when they are not there. Throws `key_unusable`. */
export function s3Access(env: Readonly<Record<string, string | undefined>>): S3Access | undefined {
  const key = (name: string) => secretOf(name, env[name]);
  const [accessKeyId, secretAccessKey] = [key("AWS_ACCESS_KEY_ID"), key("AWS_SECRET_ACCESS_KEY")];
  if (!accessKeyId || !secretAccessKey) return undefined;
  const sessionToken = key("AWS_SESSION_TOKEN");
  const region = env.AWS_REGION || env.AWS_DEFAULT_REGION;
  const endpoint = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    ...(region && { region }),
    ...(endpoint && { endpoint }),
  };
}
