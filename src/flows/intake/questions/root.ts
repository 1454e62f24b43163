import { isLocalRoot, isRoot, ROOT_FORMS, rootInvalid } from "../../knobs/index.js";
import { usageError } from "../slots.js";
import type { Environment } from "../types.js";
import { type Asked, ask, type Context, cancel, said } from "./ask.js";

/** The storage root (dig 3.4): offered, never assumed. */
export function askRoot({ slots, env }: Context): Asked {
  const offer = env.platform === "osmo" ? "s3://osmo-workflows/dig" : (env.suggestedRoot ?? "./dig");
  const care = env.platform === "osmo" ? "; confirm only if you control that bucket" : "";
  return ask(
    "Q-ROOT",
    `${said(slots)}: where is the storage root? ${env.platform === "osmo" ? "80 GB or more" : "Models, data and all runs"} land there.`,
    [
      [`${offer}${care}`, [`dig_url_root=${offer}`], { root: offer }],
      [
        "another storage prefix",
        ["dig_url_root=<paste it>"],
        (text) => ({ root: checkedRoot(text, env) }),
        ROOT_FORMS,
      ],
      cancel,
    ],
  );
}

export function checkedRoot(text: string, env: Environment): string {
  if (!isRoot(text)) throw rootInvalid(text);
  if (env.platform === "osmo" && isLocalRoot(text))
    throw usageError(
      "root_invalid",
      `a cluster cannot read ${text}`,
      "Name s3://, gs://, swift://, tos:// or azure:// storage.",
    );
  return text;
}
