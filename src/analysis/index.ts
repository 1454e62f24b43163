/** Root-cause analysis of an inference table, and routing of its weak samples. Knows nothing of runs. */
export { agglomerate, medoid } from "./cluster.js";
export { failureClusters } from "./failure-clusters.js";
export { groupTables } from "./groups.js";
export { heatPlace, heatTile, placeName } from "./heat.js";
export { safeName, writeOverlay, writeThumbnail } from "./pictures.js";
export { rca } from "./rca.js";
export type { LightingStats, RcaOptions, RcaResult } from "./rca-types.js";
export { DEFAULT_SUPPORTED, type LabelRoute, type RouteResult, route } from "./route.js";
export { routeVerdict } from "./routing-report.js";
export { judgeSpots, type SpotCheck, spotCheckSamples } from "./spot-check.js";
export { suspectGoldens } from "./suspect-goldens.js";
export { suspectLabels, suspectRows } from "./suspect-labels.js";
export type {
  DropN,
  EmbeddingSource,
  FailureCluster,
  GroupStats,
  HeatMap,
  HeatPlace,
  HeatSource,
  LabelStats,
  SuspectGolden,
  SuspectLabel,
  Tiles,
  WeakSample,
} from "./types.js";
export { breakdown, isWrong, labelStats, selectWeak, weakness } from "./weakness.js";
