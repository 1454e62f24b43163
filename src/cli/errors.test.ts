import { afterEach, expect, test, vi } from "vitest";
import { type Problem, ReflowError } from "../kit/errors.js";
import { printError } from "./errors.js";

afterEach(() => vi.restoreAllMocks());

function printed(error: ReflowError): string {
  let text = "";
  vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  printError(error, { json: false });
  return text;
}

const problem = (code: string, message: string, row?: number): Problem => ({
  code,
  severity: "error",
  message,
  hint: "Do it.",
  ...(row !== undefined && { where: { file: "t.csv", row } }),
});

test("a problem that the error itself tells, in other words or the same, is not told again", () => {
  const problems = [
    problem("cell_empty", "row 3: the cell is empty", 3),
    problem("cell_empty", "row 4: the cell is empty", 4),
    problem("cell_empty", "row 4: the cell is empty", 4),
    problem("label_odd", "another", 3),
  ];
  const where = { file: "t.csv", row: 3 };
  const text = printed(
    new ReflowError("data", "cell_empty", "a cell is empty", "Fill it.", { where, problems }),
  );
  expect(text.match(/cell_empty/g)).toHaveLength(2);
  expect(text).toContain("t.csv:4");
  expect(text).toContain("label_odd");
});

test("problems of one code without a place are all told", () => {
  const problems = [problem("image_missing", "a.png"), problem("image_missing", "b.png")];
  const text = printed(new ReflowError("data", "image_missing", "a.png", "Find it.", { problems }));
  expect(text).toContain("b.png");
  expect(text.match(/a\.png/g)).toHaveLength(1);
});
