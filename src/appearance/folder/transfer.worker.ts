import { workerData } from "piscina";
import type { Pixels } from "../../kit/images.js";
import { reportingErrors } from "../../kit/pool.js";
import type { AppearanceFit } from "../transfer/fit.js";
import { transferAppearance } from "../transfer/transfer.js";
import { regionsOf } from "./observe.js";
import type { Segmentation } from "./segmentation.js";

export type TransferTask = Readonly<{
  picture: Pixels;
  name: string;
  seed: number;
  segmentation: Segmentation | undefined;
}>;

const fit = workerData as AppearanceFit;

export default reportingErrors(async (task: TransferTask): Promise<Pixels> => {
  const { picture, name, seed, segmentation } = task;
  return transferAppearance(picture, fit, { seed, name, regions: await regionsOf(segmentation, picture) });
});
