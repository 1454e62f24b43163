import type { Problem } from "../kit/errors.js";

/** What is known of a kind of problem: how bad, what it means, what to do, and whether `--fix` repairs it. */
export type CodeInfo = Readonly<{
  severity: Problem["severity"];
  title: string;
  fix: string;
  /** What `reflow doctor --fix` does about it in the repaired copy. */
  auto?: string;
}>;

const error = (title: string, fix: string, auto?: string): CodeInfo => ({
  severity: "error",
  title,
  fix,
  ...(auto && { auto }),
});
const warning = (title: string, fix: string, auto?: string): CodeInfo => ({
  ...error(title, fix, auto),
  severity: "warning",
});
const info = (title: string, fix: string): CodeInfo => ({ ...error(title, fix), severity: "info" });

const REJECT = "The row goes to the rejects file with the reason.";

/** Every code that this folder can report. Codes are stable; docs/doctor.md explains each at length. */
export const CODES = {
  // The workspace
  workspace_missing: error("the workspace folder does not exist", "Check the path."),
  table_missing: error(
    "a required table is missing",
    "Put the table where contract 1.1 expects it: train/base/training_set.csv, train/base/validation_set.csv, kpi/testing_set.csv.",
  ),
  images_missing: error("the images folder is missing", "Put the images under <workspace>/images."),
  pool_missing: info(
    "there is no mining pool",
    "Nothing to do; with a pool in augmentation/mining_pool/mining_pool.csv the loop could also mine real images.",
  ),
  spec_default: info(
    "there is no specs/baseline_spec.yaml, a default spec is used",
    "Nothing to do; put a spec there to choose sizes and epochs yourself.",
  ),
  spec_unreadable: error(
    "the spec cannot be read",
    "Correct the YAML, or remove the file to get a default spec.",
  ),
  lighting_unknown: error(
    "no image files match the first rows, so lighting and extension cannot be told",
    "Check that <images>/<input_path>/<object_name>_<lighting>.<ext> exists, or name input_map and image_ext in the spec.",
  ),
  // The tables
  table_unreadable: error("the table cannot be opened", "Check path and permissions."),
  csv_empty: error("the table is an empty file", "It needs a header row and data rows."),
  csv_not_utf8: error(
    "the table is not UTF-8 text",
    "Save it as UTF-8.",
    "Re-encoded from Latin-1 or UTF-16.",
  ),
  csv_malformed: error("the table is not well-formed CSV", "Check the quotes around this line."),
  csv_duplicate_column: error("a column name appears twice", "Rename or remove one of the two."),
  csv_row_length: error(
    "a row has a wrong number of cells",
    "Quote cells that contain a comma, or add the missing cells.",
    REJECT,
  ),
  csv_bom: warning("the table begins with a byte-order mark", "Save it as UTF-8 without BOM.", "Removed."),
  csv_crlf: info("the table has Windows line ends", "Harmless here; LF is what the contract writes."),
  column_missing: error(
    "a required column is missing",
    "The header needs input_path, golden_path, label and object_name, spelled exactly so.",
  ),
  table_no_rows: error("the table has a header but no rows", "Add rows."),
  pool_no_rows: warning("the mining pool has a header but no rows", "Add rows, or remove the file."),
  // Cells
  cell_empty: error("a required cell is empty", "Fill it in or remove the row.", REJECT),
  cell_whitespace: warning(
    "a cell has blanks around it, which other readers take as part of the file name",
    "Remove the blanks.",
    "Trimmed.",
  ),
  cell_nan_like: warning(
    "a path or object name reads as a missing value in pandas",
    "Rename the object or quote it for every reader that you use.",
  ),
  path_absolute: warning(
    "an absolute path: it does not work in a container or on another machine",
    "Write it relative to the images folder.",
    "Made relative.",
  ),
  path_backslash: warning("a path with backslashes", "Use forward slashes.", "Replaced."),
  path_escapes: error(
    "a path leaves the images folder",
    "Use a path relative to the images folder, without `..`, that stays inside it.",
    REJECT,
  ),
  path_prefix: error(
    "a path repeats the name of the images folder",
    "Paths are relative to the images folder: remove the leading `images/`.",
    "The prefix is removed.",
  ),
  symlink_outside: warning(
    "a symbolic link leads out of the images folder",
    "Copy the files in; a container does not see the target of the link.",
  ),
  object_name_invalid: error(
    "an object name contains a path separator",
    "Put folders into input_path; object_name is a file name without lighting and extension.",
    REJECT,
  ),
  control_character: error(
    "a path, object name or label contains a control character (NUL, tab, line end, …)",
    "Remove it; such names cannot be files, and other readers cut them.",
    REJECT,
  ),
  // Labels
  label_wrong_case: error(
    "a label reads PASS but is not written exactly so: it would train as a defect",
    "Write PASS in capitals, without blanks.",
    "Written as PASS.",
  ),
  label_nan_like: error(
    "a label is empty or reads as a missing value",
    "Write the defect type or PASS.",
    REJECT,
  ),
  label_means_pass: warning(
    "a label looks like a word for good, but only PASS is good: it trains as a defect",
    "Write PASS if the part is good.",
  ),
  label_not_normal: info(
    "a defect label is not trimmed lower case",
    "Nothing to do here: it is normalised on reading (contract 1.3).",
  ),
  label_conflict: error(
    "the same test image has both PASS and a defect label",
    "Look at the image and correct one of the labels.",
  ),
  // Rows
  duplicate_row: warning(
    "a row repeats an earlier row of the same table",
    "Remove the repetition.",
    "The later row is dropped.",
  ),
  repeated_test: info(
    "a test image is in several rows of one table with different goldens",
    "Nothing to do if that is meant: the image counts once for each row.",
  ),
  duplicate_content: warning(
    "two rows of a table show the same pixels under different names",
    "Remove one of them: it counts twice.",
  ),
  golden_is_test: error(
    "golden and test image of a row are the same file",
    "Name the golden crop of the component; a file compared with itself is always PASS.",
    REJECT,
  ),
  defect_equals_golden: warning(
    "a row is labelled as a defect, but its test image equals its golden image pixel for pixel",
    "Check label and image; nothing can be learnt from it.",
  ),
  // Images
  image_missing: error("a test image is missing", "Restore the file or remove the row.", REJECT),
  golden_missing: error("a golden image is missing", "Restore the file or remove the row.", REJECT),
  image_empty: error("an image file has no bytes", "Restore the file or remove the row.", REJECT),
  image_not_a_file: error(
    "an image path is a folder or a device",
    "Restore the file or remove the row.",
    REJECT,
  ),
  image_no_permission: error("an image file may not be read", "Make it readable."),
  symlink_loop: error("symbolic links form a loop", "Remove the loop.", REJECT),
  image_unreadable: error("an image cannot be decoded", "Replace the image or remove the row.", REJECT),
  image_not_raster: error(
    "an image file is a drawing (SVG, …), whatever its extension says",
    "Export it as PNG in the size of the other crops, or remove the row.",
    REJECT,
  ),
  image_too_large: error("an image has too many pixels", "Cut crops first.", REJECT),
  image_size_mismatch: error(
    "golden and test image differ in size by more than a tenth",
    "Cut both with the same region.",
  ),
  image_size_differs: warning(
    "golden and test image differ a little in size",
    "Cut both with the same region; they are resized before comparison.",
  ),
  image_channels_mixed: warning(
    "golden and test image are not both grey or both colour",
    "Save both in the same form; colour against grey looks like a change.",
  ),
  image_converted: warning(
    "an image is 16-bit, CMYK, palette or has an alpha channel",
    "Save it as 8-bit grey or RGB: readers convert these forms differently.",
  ),
  image_turned: warning(
    "an image is turned or mirrored by its header (EXIF orientation)",
    "Reflow sets it upright everywhere, other readers may not: save it upright, without the orientation.",
  ),
  image_format: info(
    "an image has another format than its extension says",
    "Rename or convert it; some readers go by the extension.",
  ),
  image_blank: info("an image is of one flat colour", "Check that the camera and the crop are right."),
  image_tiny: warning("an image has a side below 8 pixels", "Check the crop."),
  // The sets
  one_class: error(
    "a table has rows of one class only",
    "Training, validation and KPI each need PASS rows and defect rows.",
  ),
  too_few_rows: error("a table has fewer rows than one batch", "Add rows or lower batch_size in the spec."),
  defect_not_in_train: warning(
    "a defect type of the KPI table has no training row",
    "Add examples to the training table or the pool.",
  ),
  defect_only_in_pool: info(
    "a defect type of the KPI table is in the pool but not in the training table",
    "Nothing to do: the loop can mine it.",
  ),
  defect_not_in_pool: warning(
    "a defect type of the KPI table has no row in the mining pool",
    "Add examples to the pool: the loop cannot mine what is not there.",
  ),
  board_shared: info(
    "a board has rows in the training table and in a table that measures",
    "Best keep boards apart: crops of one board resemble each other.",
  ),
  too_few_defects: warning(
    "there are too few defects for the requested claim",
    "Collect more labelled defects, or claim less.",
  ),
  claim_support: info(
    "what the number of defects can prove",
    "Add labelled defects to be able to claim more.",
  ),
  // Leaks
  leak_same_file: error(
    "a test image is in two tables that must be apart",
    "Remove the row from the table that learns.",
    "Removed from training, pool or validation; KPI and release rows are never removed.",
  ),
  leak_same_content: error(
    "two tables that must be apart hold test images with the same pixels under different names",
    "Remove the row from the table that learns.",
    "Removed from training, pool or validation; KPI and release rows are never removed.",
  ),
  leak_near_duplicate: warning(
    "two tables that must be apart hold nearly the same test image",
    "Look at the pair; remove one if it is the same shot.",
  ),
  leak_golden: warning(
    "a test image of one table is the golden image of another",
    "Use a golden that is not itself measured.",
  ),
  pool_repeats_train: info("a pool row is already in the training table", "Nothing to do: mining skips it."),
} as const satisfies Record<string, CodeInfo>;

export type Code = keyof typeof CODES;
