/** How much work goes into a frame. */
export type Quality = Readonly<{ samples: number; bounces: number; denoise: boolean }>;

/** To see what is where: a second or two for a 512 × 512 tile on one core. */
export const PREVIEW: Quality = Object.freeze({ samples: 8, bounces: 1, denoise: true });

/** For data sets. */
export const FINAL: Quality = Object.freeze({ samples: 64, bounces: 3, denoise: true });

export const QUALITIES: Readonly<Record<"preview" | "final", Quality>> = Object.freeze({
  preview: PREVIEW,
  final: FINAL,
});
