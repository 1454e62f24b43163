/** What pandas-based readers turn into "not a number", compared in lower case (contract 1.3). */
const NAN_LIKE = new Set(
  "|na|n/a|#n/a|#n/a n/a|#na|<na>|nan|-nan|null|none|nil|undefined|1.#ind|-1.#ind|1.#qnan|-1.#qnan".split(
    "|",
  ),
);

/** Words that people use for a good part; under the trainer's rule each of them is a defect. */
const MEANS_GOOD = new Set(
  "ok|good|passed|normal|clean|fine|true|no_defect|no defect|defect-free".split("|"),
);

/** True only for the exact bytes `PASS`: the trainer's class 0 (contract 1.3). */
export function isPass(label: string): boolean {
  return label === "PASS";
}

/** The write rule (contract 1.3): `PASS` is kept, everything else is trimmed and lower-cased. */
export function normaliseLabel(label: string): string {
  return isPass(label) ? label : label.trim().toLowerCase();
}

/** What is wrong with a label, or undefined. The order is the order of harm. */
export function labelFault(
  label: string,
): "label_nan_like" | "label_wrong_case" | "label_means_pass" | "label_not_normal" | undefined {
  if (isPass(label)) return undefined;
  const normal = label.trim().toLowerCase();
  if (NAN_LIKE.has(normal)) return "label_nan_like";
  if (normal === "pass") return "label_wrong_case";
  if (MEANS_GOOD.has(normal)) return "label_means_pass";
  return normal === label ? undefined : "label_not_normal";
}

/** True for cell texts that pandas-based readers silently turn into a missing value. */
export function isNanLike(cell: string): boolean {
  return NAN_LIKE.has(cell.trim().toLowerCase());
}
