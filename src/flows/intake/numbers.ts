const SMALL = [
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen",
  "eighteen nineteen",
]
  .join(" ")
  .split(" ");
const TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: Readonly<Record<string, number>> = { hundred: 100, thousand: 1000, dozen: 12 };

const WORD = new RegExp(`^(?:${[...SMALL, ...TENS, ...Object.keys(SCALES)].join("|")})$`);
const PATTERN = (() => {
  const word = `(?:${[...TENS.map((t) => `${t}(?:[- ](?:${SMALL.slice(1, 10).join("|")}))?`), ...SMALL.slice().reverse(), ...Object.keys(SCALES)].join("|")})`;
  return `(?:an? )?${word}(?: (?:and )?${word})*`;
})();

/** A number in words as a regular expression, for `a hundred`, `two hundred and fifty`, `fifty-five`, `a dozen`. */
export const NUMBER_WORDS = PATTERN;

/**
 * The value of a written number: `50`, `1.500` and `1,500` (groups of three), `2_000`, `fifty`, `two hundred and
 * ten`. Undefined when it is no whole number (`2.5`, `1.50`).
 */
export function wholeNumber(text: string): number | undefined {
  const t = text.trim().toLowerCase();
  if (/^-?\d+$/.test(t)) return Number(t);
  if (/^\d{1,3}([.,_' ])\d{3}(?:\1\d{3})*$/.test(t)) return Number(t.replaceAll(/\D/g, ""));
  if (/^\d+(?:_\d+)+$/.test(t)) return Number(t.replaceAll("_", ""));
  // A decimal part of zeros counts nothing: `50,0`.
  const zeros = /^(\d+)[.,]0{1,2}$/.exec(t);
  if (zeros) return Number(zeros[1]);
  return fromWords(t);
}

function fromWords(text: string): number | undefined {
  const words = text.split(/[\s-]+/).filter((w) => w !== "and" && w !== "a" && w !== "an");
  if (words.length === 0 || !words.every((w) => WORD.test(w))) return undefined;
  let total = 0;
  let part = 0;
  for (const word of words) {
    const scale = SCALES[word];
    if (scale === undefined)
      part += SMALL.includes(word) ? SMALL.indexOf(word) : 20 + 10 * TENS.indexOf(word);
    else if (scale === 1000) {
      total += Math.max(1, part) * 1000;
      part = 0;
    } else part = Math.max(1, part) * scale;
  }
  return total + part;
}
