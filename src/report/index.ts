export { buildReport, MOST_BYTES, REPORT_FILE, renderReport } from "./build.js";
export { withoutTimes } from "./sections/times.js";
