export * from "../../kit/html.js";
