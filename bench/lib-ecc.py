# OpenCV's enhanced correlation coefficient on the pairs of a list, coarse to fine, as a peer of bench/register.mjs.
# usage: python3 lib-ecc.py pairs.json result.json     pairs: [{"moving": file, "fixed": file, "model": "homography"|"affine"}]
import json
import sys
import time

import cv2
import numpy as np

cv2.setNumThreads(2)
results = []
for pair in json.load(open(sys.argv[1])):
    moving = cv2.imread(pair["moving"], cv2.IMREAD_GRAYSCALE)
    fixed = cv2.imread(pair["fixed"], cv2.IMREAD_GRAYSCALE)
    start = time.process_time()
    warp = np.eye(3, dtype=np.float32)
    # The start that everyone has: middles on each other.
    warp[0, 2] = (fixed.shape[1] - moving.shape[1]) / 2
    warp[1, 2] = (fixed.shape[0] - moving.shape[0]) / 2
    homography = pair["model"] == "homography"
    ok = True
    try:
        for level in (3, 2, 1, 0):
            k = 2**level
            m = cv2.resize(moving, None, fx=1 / k, fy=1 / k, interpolation=cv2.INTER_AREA)
            f = cv2.resize(fixed, None, fx=1 / k, fy=1 / k, interpolation=cv2.INTER_AREA)
            # Half-pixel middles: full = k * small + (k - 1) / 2.
            up = np.array([[k, 0, (k - 1) / 2], [0, k, (k - 1) / 2], [0, 0, 1]])
            small = np.linalg.inv(up) @ warp @ up
            small = (small / small[2, 2]).astype(np.float32)
            kind = cv2.MOTION_HOMOGRAPHY if homography else cv2.MOTION_AFFINE
            given = small if homography else small[:2]
            stop = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 100, 1e-5)
            _, found = cv2.findTransformECC(m, f, given, kind, stop, None, 5)
            full = found if homography else np.vstack([found, [0, 0, 1]])
            warp = up @ full.astype(np.float64) @ np.linalg.inv(up)
            warp = warp / warp[2, 2]
    except cv2.error:
        ok = False
    results.append({"matrix": warp.flatten().tolist(), "ok": ok, "cpu": time.process_time() - start})
json.dump({"version": cv2.__version__, "results": results}, open(sys.argv[2], "w"))
