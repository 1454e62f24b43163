import { z } from "zod";

/** Building blocks of the cookbook schemas. Messages continue "<field> …". */

export const positive = z.number().gt(0);
export const nonNegative = z.number().min(0);
export const unit = z.number().min(0).max(1);
export const count = z.int().min(1);

/** `[low, high]`, drawn uniformly; the ends may be equal. */
export const range = z
  .tuple([z.number(), z.number()], { error: "must be a pair [low, high] of numbers" })
  .refine(([low, high]) => low <= high, { error: "must not fall: [low, high]" });

/** A fixed number, or a range to draw from. */
export const knob = z.union([z.number(), range], { error: "must be a number or a pair [low, high]" });

/** Linear colour. */
export const rgb = z.tuple([unit, unit, unit], { error: "must be [r, g, b], each from 0 to 1" });

/** A colour whose channels may each be a range. */
export const rgbKnobs = z.tuple([knob, knob, knob], {
  error: "must be [r, g, b], each a number or a pair [low, high]",
});

export const primPath = z
  .string()
  .regex(/^\/[^\s]+$/, { error: "must be an absolute prim path like /World/board" });

export const names = z.array(
  z.string({ error: "must be a text (quote names that look like numbers)" }).min(1),
  { error: "must be a list of names" },
);

export type Range = z.infer<typeof range>;
export type Knob = z.infer<typeof knob>;
