import { reportingErrors } from "../../kit/pool.js";
import { placeSample } from "./sample.js";

/** Places one sample: see {@link placeSample}. */
export default reportingErrors(placeSample);
