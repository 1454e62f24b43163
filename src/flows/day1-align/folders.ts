/** Stages of a photo's registration (dig 1.8). */
export const DAY1 = {
  root: "usd2roi-day1",
  sdg: "usd2roi-day1/sdg",
  aligned: "usd2roi-day1/aligned",
  crop: "usd2roi-day1/crop",
} as const;
