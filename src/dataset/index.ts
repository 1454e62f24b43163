export { type ClaimOutlook, checkBalance, checkClaim } from "./balance.js";
export { CODES, type Code, type CodeInfo } from "./codes.js";
export { type Collector, collector, type Finding } from "./collect.js";
export {
  type DiagnoseOptions,
  type Diagnosis,
  diagnose,
  type TableSummary,
} from "./diagnose.js";
export type { ImageRef, Leak, RowRef } from "./equal.js";
export { type Repair, repair, type TableFix } from "./fix.js";
export { checkImages, FILE_FAULTS, type ImageCheck } from "./images.js";
export { isNanLike, isPass, labelFault, normaliseLabel } from "./label.js";
export { findLeaks, type LeakOptions } from "./leaks.js";
export { type ImageNaming, imageNames, toPairRows } from "./pairs.js";
export type { PairRow, Table } from "./row.js";
export { type RowSet, rowSet } from "./rowset.js";
export { type DataTraits, sniffImages } from "./sniff.js";
export {
  fileProblem,
  headerProblems,
  OPTIONAL_COLUMNS,
  pairColumns,
  REQUIRED_COLUMNS,
  readTable,
  streamTable,
} from "./table.js";
export {
  type DefectDataset,
  discoverWorkspace,
  type Role,
  TABLE_PATHS,
  type Workspace,
} from "./workspace.js";
