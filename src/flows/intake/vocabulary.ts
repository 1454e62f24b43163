import type { FlowId } from "../knobs/index.js";

type Named<Name extends string = string> = Readonly<{ name: Name; pattern: RegExp; usecase?: string }>;

/** Texture defects: how people say them, and the use case where only one has them. */
export const DEFECT_WORDS: readonly Named[] = [
  { name: "bridge", pattern: /\bbridg(?:e|es|ing)\b/ },
  { name: "excess_solder", pattern: /\b(?:excess(?:ive)?|extra|too much)[ _]solder\b|\bsolder excess\b/ },
  { name: "missing", pattern: /\bmissing\b/ },
  { name: "discoloration", pattern: /\bdiscolou?r(?:ation|ed|ations)?\b/ },
  { name: "scratch", pattern: /\bscratch(?:es)?\b/ },
  { name: "MT_Blowhole", pattern: /\b(?:mt_)?blow ?holes?\b/, usecase: "metal_surface" },
  { name: "MT_Crack", pattern: /\b(?:mt_)?cracks?\b/, usecase: "metal_surface" },
  { name: "MT_Fray", pattern: /\b(?:mt_)?fray(?:s|ing)?\b/, usecase: "metal_surface" },
  { name: "MT_Uneven", pattern: /\b(?:mt_)?uneven\b/, usecase: "metal_surface" },
  { name: "MT_Break", pattern: /\b(?:mt_)?breaks?\b/, usecase: "metal_surface" },
  { name: "oil", pattern: /\boil(?: (?:spots?|marks?))?\b/, usecase: "glass" },
  { name: "stain", pattern: /\bstains?\b/, usecase: "glass" },
];

/** `solder` alone stands for both solder defects. */
export const SOLDER = /\bsolder(?:ing)?(?: defects?)?\b/;

export const MODE_WORDS: readonly Named[] = [
  { name: "shift", pattern: /\bshift(?:s|ed|ing)?\b/ },
  { name: "tombstone", pattern: /\btomb ?ston(?:e|es|ed|ing)\b/ },
  { name: "sideflip", pattern: /\bside[- ]?flip(?:s|ped)?\b/ },
];

const GOOD_NOUN =
  "(?:images?|pictures?|rois?|crops?|samples?|references?|flow|positives?|renders?|ones|frames?)";
export const FLOW_WORDS: readonly Named<FlowId>[] = [
  { name: "texture-day0", pattern: /\btextures?\b|\btexture-day0\b/ },
  {
    name: "good",
    pattern: new RegExp(
      `\\b(?:good|clean|golden|normal|ok|flawless|defect-free|goodimage)[- ](?:[\\w-]+ ){0,2}${GOOD_NOUN}\\b|\\bgoldens?\\b|\\bgoodimage\\b|\\bchangenet positives?\\b`,
    ),
  },
  { name: "structural", pattern: /\bstructural(?:ly)?\b|\bpose(?:[- ]perturbed)?\b|\bposes\b/ },
  {
    name: "day1-align",
    pattern: /\breal[- ]alignment\b|\bday1-align\b|\balign(?:ed)? (?:it|the photo|my photo)\b/,
  },
  { name: "day1-roi", pattern: /\bmanual[- ]?rois?\b|\bday1-roi\b|\bmanual regions?\b/ },
];

export const SKIP_ALIGNMENT =
  /\b(?:skip|skipping|bypass) (?:the )?(?:alignment|usd2roi|registration)\b|\bngc artifact\b/;
export const PHOTO =
  /\b(?:real|camera|aoi|actual|its|board|with(?: a| the)?)(?: [\w-]+)? (?:photos?|pictures?|captures?)\b|\bphotos?\b|\breal images?\b|\breal captures?\b/;
export const TRAIN = /\b(?:fine[- ]?tun(?:e|es|ed|ing)|re-?train(?:ing)?|train|training)\b/;
export const USECASE_WORDS: readonly Named[] = [
  { name: "metal_surface", pattern: /\bmetals?(?:[_ -]surfaces?)?\b|\bmagnetic[- ]tiles?\b/ },
  { name: "glass", pattern: /\bglass(?:es)?\b|\b(?:phone|mobile)[- ]screens?\b/ },
  { name: "pcb", pattern: /\bpcb(?:a)?s?\b|\bcircuit boards?\b/ },
];
export const SMOKE =
  /\bsmoke[- ]?tests?\b|\bsmoke\b|\bquick (?:run|test|try|check)\b|\bjust test it\b|\btry it quickly\b/;
export const PLAN_ONLY =
  /\bplan only\b|\bonly (?:a |the )?plan\b|\bjust (?:a |the )?plan\b|\bplan (?:for|a|the|how)\b|^\s*plan\b|\bwhat would you (?:run|do|submit)\b|\bhow would\b|\bshow (?:me )?(?:the |a )?(?:plan|command)\b/;
export const OWN_DATA =
  /\b(?:my|our|own|custom)(?: own)?(?: [\w-]+){0,2} (?:data|dataset|datasets|data set|images|pictures|photos folder)\b|\bi have (?:a|some) (?:dataset|data|images)\b/;
export const VERB =
  /\b(?:generat\w*|infer(?:ence|s|ring)?|make|create|produce|synthesi[sz]e|run|label|annotate|give|render|want|need|get)\b/;
/** What images are for is no request to train: "for ChangeNet training", "training images". */
export const TRAINING_AS_PURPOSE =
  /\bfor (?:[\w-]+ ){0,3}(?:re-?)?training\b|\btraining (?:data|images?|pictures?|sets?|samples?)\b/;
/** The verbs that ask for defect images after a training, in the same run. */
export const GENERATE =
  /\b(?:generat(?:e|ing|ion)|infer(?:ence|ring)?|make|create|produce|synthesi[sz]e|label|annotate)\b|\bthen\b/;
export const ANY_DEFECT = /\b(?:defects?|defective|flaws?|anomal(?:y|ies)|faults?|ng)\b/;
export const ALL_DEFECTS =
  /\ball (?:the |known |kinds of |types of |possible )?(?:\w+ )?(?:defects?|flaws|anomalies|types)\b|\bevery defect\b/;
export const COVERAGE =
  /\bfull (?:board )?coverage\b|\b(?:whole|entire|complete|full) board\b|\b(?:every|all) cells?\b/;
export const SETUP =
  /\bset[- ]?up\b|\bprepare the (?:root|storage|assets|data)\b|\bdownload (?:the )?(?:models?|assets|pretrained|datasets?|checkpoints?)\b/;
export const UPLOAD = /\bupload\b/;
export const RESULTS = /\bresults?\b|\boutputs?\b/;
export const PREVIEW = /\b(?:show|preview|look|see|view|display)\b/;
export const ARCHIVE = /\b(?:download|archive|fetch|copy|zip|everything)\b/;
export const LOCAL_ENDPOINT =
  /\blocal (?:\w+ )?endpoint\b|\bendpoint (?:is )?local\b|\bdeploy (?:it )?locally\b/;
export const OTHER_MODEL =
  /\b(?:generic|plain|another|other|different|stock|vanilla)\b[\w\s-]*\b(?:qwen[\w-]*|image[- ]edit(?:ing)?(?: model)?|edit model)\b|\bqwen-image-edit\b(?!-nvpcb)/;
export const OTHER_BOARD = /\b(?:another|a different|different|some other|other) boards?\b/;
export const SHIPPED =
  /\b(?:shipped|pre-?trained|existing|given|bundled|stock) (?:checkpoint|model|weights)\b/;
