import { usageError } from "../slots.js";
import type { Environment } from "../types.js";
import { type Asked, ask, type Choice, type Context, cancel } from "./ask.js";

export function askPool({ env }: Context): Asked {
  const known = (env.pools ?? []).slice(0, 2);
  const paste = (label: string): Choice => [
    label,
    ["--pool <name>"],
    (text) => ({ pool: text }),
    "the pool's name",
  ];
  return ask("Q-POOL", "Which pool runs it by default?", [
    ...known.map((pool): Choice => [pool, [`--pool ${pool}`], { pool }]),
    paste(known.length === 0 ? "name the pool" : "another pool"),
    cancel,
  ]);
}

export function askEndpoint({ env }: Context): Asked {
  const capacity = env.poolCapacity === undefined ? "" : `; the pool has ${env.poolCapacity}`;
  return ask("Q-ENDPOINT", "Where does image editing run?", [
    [
      `in the cluster, on a GPU of its own (needs a pool of 2 or more${capacity})`,
      ["image_edit_endpoint=<cluster service>"],
      () => {
        if ((env.poolCapacity ?? 2) < 2) throw tooSmall(env);
        return { endpoint: "local" };
      },
    ],
    [
      "an endpoint that already runs",
      ["image_edit_endpoint=<paste it>"],
      (text) => ({ endpoint: text }),
      "URL ending in /v1",
    ],
  ]);
}

const tooSmall = (env: Environment) =>
  usageError(
    "pool_too_small",
    `the pool has a Total Capacity of ${env.poolCapacity} GPU: the cluster endpoint would hold it for good, and nothing is left to run the flow`,
    "Add GPUs to the pool, or give the URL of an endpoint that already runs.",
  );

export function askCapacity({ env }: Context): Asked {
  return ask(
    "Q-CAPACITY",
    `The pool's Total Capacity is ${env.poolCapacity}, but the cluster endpoint holds one GPU and the flow needs another.`,
    [
      [
        "use an endpoint that already runs",
        ["image_edit_endpoint=<paste it>"],
        (text) => ({ endpoint: text }),
        "URL ending in /v1",
      ],
      [
        "add GPUs to the pool first",
        [],
        () => {
          throw tooSmall(env);
        },
      ],
    ],
  );
}

export function askPods(): Asked {
  return ask(
    "Q-PODS",
    "The pod template cannot be read (403). Has the administrator mounted nvoptix.bin and a /dev/shm of 16 GiB or more?",
    [
      ["yes, both", ["pod template: user-confirmed"], () => ({ podConfirmed: true })],
      [
        "no, or not sure",
        [],
        () => {
          throw usageError(
            "pod_template",
            "the pod template is not confirmed",
            "Ask the administrator for the hostPath /usr/share/nvidia/nvoptix.bin and an emptyDir dshm with a sizeLimit of 32Gi.",
          );
        },
      ],
    ],
  );
}
