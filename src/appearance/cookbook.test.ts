import { describe, expect, test } from "vitest";
import { parseEditCookbook } from "./cookbook.js";

const WHOLE = `
data:
  - inputs: {rgb: sample.png}
    output: {video: out/sample.JPG, caption: a.txt, metadata: b.json}
endpoints:
  image_edit: {url: "http://localhost:8000/v1", model: some-model}
pipeline: {retry: 3, regenerate_caption_on_retry: false, logging: {enabled: true}}
captioning:
  llm:
    text: >-
      make this crop
      a   photo
augmentation:
  model: {name: image-edit, executor_type: gradio}
  parameters: {num_inference_steps: 20, guidance_scale: 3.5, seed: 4}
data_processing:
  alignment: {rot_range_deg: [-2, 2, 0.1], shift_step: 2, bins: 32, interp: bilinear, no_resize: true}
`;

describe("the configuration of the image edit", () => {
  test("what it sets is read, other keys are left alone", () => {
    expect(parseEditCookbook(WHOLE, "a.yaml")).toEqual({
      suffix: ".jpg",
      endpoint: {
        url: "http://localhost:8000/v1",
        model: "some-model",
        prompt: "make this crop a photo",
        retries: 3,
        steps: 20,
        guidance: 3.5,
        seed: 4,
        align: { rotation: [-2, 2, 0.1], shiftStep: 2, bins: 32, minMi: 0 },
      },
    });
    expect(parseEditCookbook("other: 1", "a.yaml")).toEqual({ endpoint: {}, suffix: undefined });
  });

  test.each([
    ["augmentation: {parameters: {seed: soon}}", "augmentation.parameters.seed"],
    ["pipeline: {retry: -1}", "pipeline.retry"],
    ["a: [1", "a.yaml"],
    ["just text", "a.yaml"],
  ])("%s is refused with its place", (yaml, place) => {
    expect(() => parseEditCookbook(yaml, "a.yaml")).toThrow(place);
  });
});
