export { type NearestOptions, type Neighbours, nearest } from "./knn/nearest.js";
