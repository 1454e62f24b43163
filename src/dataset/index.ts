export { CODES, type Code, type CodeInfo } from "./codes.js";
export { type Collector, collector, type Finding } from "./collect.js";
export { isNanLike, isPass, labelFault, normaliseLabel } from "./label.js";
export { type ImageNaming, imageNames, toPairRows } from "./pairs.js";
export type { PairRow, Table } from "./row.js";
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
