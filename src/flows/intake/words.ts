import { editDistance } from "../../kit/nearest-name.js";

/** Words that carry meaning here; one wrong letter in them is forgiven. */
const VOCABULARY = `
texture structural structurally finetune finetuning pretrained training train retrain alignment aligned photo photos
manual generate generated render rendered patches patch crops emitted images image pictures picture samples sample
frames defects defect defective golden goldens clean tombstone tombstones tombstoned tombstoning sideflip sideflips
shift shifts shifted bridge bridges bridging solder excess excessive missing component components scratch scratches
discoloration discolouration blowhole blowholes crack cracks uneven stain stains metal glass phone screen mobile
magnetic surface board boards coverage checkpoint dataset results preview download archive upload smoke quick setup
without except instead infer inference shipped another different endpoint steps iterations everything
`
  .trim()
  .split(/\s+/);
const KNOWN = new Set(VOCABULARY);

/** Ordinary words that stand one letter from a word above. */
const ORDINARY = new Set(
  `class grass class's mental petal drops props shaft shirt skirt swift track trains trained trainer brain strain sprain
staining phones photon phoned boarded broad stems stops step imaged imagine imager sampled simple simples ample
framed flames cranks clear cleans cleaned cleaner render renders rendering renderer patched pitch crop cross chops
without metals glasses boarding bridged scratched defected texts textual results result`.split(/\s+/),
);

/** Lower case with the typos of single letters put right; everything that is no plain word stays. */
export function corrected(text: string): string {
  return text.toLowerCase().replaceAll(/[a-z]+/g, (word) => {
    if (word.length < 5 || KNOWN.has(word) || ORDINARY.has(word)) return word;
    const near = VOCABULARY.filter(
      (v) =>
        v.length >= 5 &&
        v[0] === word[0] &&
        Math.abs(v.length - word.length) <= 1 &&
        editDistance(v, word) === 1,
    );
    // A word that is one letter from its own plural, too, means the one of its own length.
    return near.find((v) => v.length === word.length) ?? near[0] ?? word;
  });
}

const CUE =
  /\b(?:not|no|without|never|except(?: for)?|excluding|exclude|but not|do not|don't|dont|doesn't|isn't|aren't|avoid|rather than|instead of|leave out|minus|nor)\b/g;
const END = /[,.;:!?()]|\b(?:but|just|only|for|on|with|from|then|please|instead|use)\b/g;

/** The sentence in two: what is wanted, and what is said not to be wanted. */
export function splitNegated(text: string): Readonly<{ wanted: string; unwanted: string }> {
  const source = text
    .replaceAll(/\bnot (?:only|just)\b/g, " ")
    .replaceAll(/\bno (?:rush|hurry|problem|matter|idea)\b/g, " ");
  let wanted = "";
  const unwanted: string[] = [];
  let at = 0;
  CUE.lastIndex = 0;
  for (let cue = CUE.exec(source); cue; cue = CUE.exec(source)) {
    if (cue.index < at) continue;
    wanted += source.slice(at, cue.index);
    END.lastIndex = cue.index + cue[0].length;
    const end = END.exec(source);
    at = end ? end.index : source.length;
    unwanted.push(source.slice(cue.index + cue[0].length, at));
    CUE.lastIndex = at;
  }
  return { wanted: `${wanted} ${source.slice(at)}`, unwanted: unwanted.join(" ; ") };
}
