"""The change network in PyTorch, for bench/train.mjs and bench/score.mjs: same features, layers, weights and data.

usage: python3 lib-torch.py FOLDER train|score THREADS SECONDS
FOLDER holds job.json, weights.safetensors and test.f32, golden.f32, valid.f32, target.f32.
Prints one line of JSON.
"""
import json
import resource
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F

folder, mode, threads, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
torch.set_num_threads(threads)
job = json.load(open(f"{folder}/job.json"))
config, batch = job["config"], job["batch"]
C, H, W = config["channels"], config["height"], config["width"]


def load(name, *shape):
    return torch.from_numpy(np.fromfile(f"{folder}/{name}.f32", np.float32).reshape(shape))


def weights():
    raw = open(f"{folder}/weights.safetensors", "rb").read()
    size = struct.unpack("<Q", raw[:8])[0]
    out = {}
    for name, entry in json.loads(raw[8 : 8 + size]).items():
        if name != "__metadata__":
            a, b = entry["data_offsets"]
            data = np.frombuffer(raw[8 + size + a : 8 + size + b], np.float32).reshape(entry["shape"])
            out[name] = torch.from_numpy(data.copy())
    return out


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        stored = weights()
        self.convs, self.norms = torch.nn.ModuleList(), torch.nn.ModuleList()
        for i, block in enumerate(config["blocks"]):
            w = stored[f"block{i}.weight"]
            conv = torch.nn.Conv2d(w.shape[1], w.shape[0], 3, block["stride"], 1, bias=False)
            conv.weight.data = w
            self.convs.append(conv)
            self.norms.append(torch.nn.BatchNorm2d(w.shape[0]))
        head = stored["head.weight"]
        self.head = torch.nn.Conv2d(head.shape[1], head.shape[0], 1)
        self.head.weight.data, self.head.bias.data = head, stored["head.bias"]

    def forward(self, test, golden, valid):
        x = features(test / 255, golden / 255, valid)
        for conv, norm in zip(self.convs, self.norms):
            x = F.relu(norm(conv(x)))
        return torch.logsumexp(self.head(x).flatten(1), 1)


def box(x, r):
    """Mean within r, border left out; separably, as the wide window is slow otherwise."""
    x = F.avg_pool2d(x, (1, 2 * r + 1), 1, (0, r), count_include_pad=False)
    return F.avg_pool2d(x, (2 * r + 1, 1), 1, (r, 0), count_include_pad=False)


def top(x, r):
    return F.max_pool2d(F.max_pool2d(x, (1, 2 * r + 1), 1, (0, r)), (2 * r + 1, 1), 1, (r, 0))


def features(test, golden, valid):
    f = config["features"]
    t, a = test.mean(1, keepdim=True), golden.mean(1, keepdim=True)
    if f["highPassRadius"] > 0:
        t, a = t - box(t, f["highPassRadius"]), a - box(a, f["highPassRadius"])
    t, a = t * f["gain"], a * f["gain"]
    parts = [test - 0.5, golden - 0.5]
    if f["compared"]:
        parts += [t, a]
    if f["absolute"]:
        parts.append((t - a).abs() * valid)
    if f["signed"]:
        parts.append((t - a) * valid)
    grown, before = torch.cat([t, a, -t, -a], 1), 0
    for r in f["envelopeRadii"]:
        grown, before = top(grown, r - before), r
        tt, ta, bt, ba = grown[:, :1], grown[:, 1:2], -grown[:, 2:3], -grown[:, 3:]
        parts.append(F.relu(torch.cat([t - ta, ba - t, a - tt, bt - a], 1)) * valid)
    return torch.cat(parts, 1)


net = Net()
n = job["rows"]
test, golden = load("test", n, C, H, W), load("golden", n, C, H, W)
valid, target = load("valid", n, 1, H, W), load("target", n)
first = None

if mode == "train":
    decay = [p for p in net.parameters() if p.dim() > 1]
    rest = [p for p in net.parameters() if p.dim() <= 1]
    groups = [{"params": decay, "weight_decay": 0.01}, {"params": rest, "weight_decay": 0}]
    optimiser = torch.optim.AdamW(groups, lr=1e-3)
    average = [p.detach().clone() for p in net.state_dict().values()]

    def run(i):
        global first
        at = [(i * batch + k) % n for k in range(batch)]
        logit = net(test[at], golden[at], valid[at])
        loss = F.binary_cross_entropy_with_logits(logit, target[at])
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        with torch.no_grad():
            for p, q in zip(average, net.state_dict().values()):
                if p.dtype.is_floating_point:
                    p.mul_(0.99).add_(q, alpha=0.01)
        if first is None:
            first = loss.item()
else:
    net.eval()

    def run(i):
        global first
        at = [(i * batch + k) % n for k in range(batch)]
        with torch.no_grad():
            score = torch.sigmoid(net(test[at], golden[at], valid[at]))
        if first is None:
            first = score[0].item()


for i in range(3):
    run(i)
used = resource.getrusage(resource.RUSAGE_SELF)
cpu, wall, times, i = used.ru_utime + used.ru_stime, time.time(), [], 0
while time.time() - wall < seconds:
    t = time.time()
    run(i)
    times.append(time.time() - t)
    i += 1
used = resource.getrusage(resource.RUSAGE_SELF)
cpu = used.ru_utime + used.ru_stime - cpu
times.sort()
print(
    json.dumps(
        {
            "pairsPerSecond": batch / times[len(times) // 2],
            "pairsPerCpuSecond": batch * len(times) / cpu,
            "first": first,
            "peakMiB": used.ru_maxrss / 1024,
            "version": torch.__version__,
        }
    )
)
