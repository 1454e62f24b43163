import { ReflowError } from "../../kit/errors.js";

/** Object stores that a cluster workflow can use (dig 8.3); `file://` and plain folders are for one machine. */
const SCHEMES = ["s3", "gs", "swift", "tos", "azure"] as const;

export const ROOT_FORMS = "s3://bucket/…, file:///folder or a local folder";

/**
 * True for something that can be a `dig_url_root`: an object-store URL with a bucket, without user or password and no
 * `,`, `;`, `*` or blank, a `file://` URL, or a path. Whether this machine can open it is another question
 * (`openStorage`).
 */
export function isRoot(text: string): boolean {
  if (text.trim() === "" || /[\0\n]/.test(text)) return false;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/i.exec(text);
  if (!scheme) return !text.includes("://") && !/^<.*>$/.test(text);
  const [, name = "", rest = ""] = scheme;
  if (name.toLowerCase() === "file") return rest.startsWith("/") || rest.startsWith("localhost/");
  return (SCHEMES as readonly string[]).includes(name) && /^[^\s,;*/@]+(?:\/[^\s,;*]*)?$/.test(rest);
}

/** A root for a message: user and password that were written into it are not repeated. */
export const shownRoot = (text: string): string => text.replace(/\/\/[^/]*@/, "//…@");

/** The refusal of what is no root: a usage error `root_invalid`. */
export function rootInvalid(text: string): ReflowError {
  const shown = shownRoot(text);
  const hint = shown === text ? "" : " Keys belong into the environment, never into the root.";
  return new ReflowError(
    "usage",
    "root_invalid",
    `"${shown}" cannot be a storage root`,
    `Name ${ROOT_FORMS}.${hint}`,
  );
}

/** True for a root that only one machine can see. */
export function isLocalRoot(root: string): boolean {
  return !root.includes("://") || /^file:/i.test(root);
}
