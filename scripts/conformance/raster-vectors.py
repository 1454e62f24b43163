"""Random inputs and what OpenCV makes of them, for src/vision/opencv-vectors.json: python3 raster-vectors.py <file> [<file of Otsu levels>]."""

import base64
import json
import sys

import cv2
import numpy as np

rng=np.random.RandomState(7)
def pack(a): 
    a=np.asarray(a,np.uint8); return {"width":int(a.shape[1]),"height":int(a.shape[0]),"bits":base64.b64encode(np.packbits(a>0)).decode()}
def blob(h,w,p=.5):
    a=(rng.rand(h,w)<p).astype(np.uint8)
    if rng.rand()<.5: a=cv2.morphologyEx(a,cv2.MORPH_OPEN,np.ones((2,2),np.uint8))
    return a*255
out={"morphology":[],"lines":[],"outline":[],"nearest":[],"warp":[],"linear":[],"components":[]}
for i in range(24):
    h,w=rng.randint(8,40,2); a=blob(h,w,rng.choice([.02,.2,.5,.8]))
    shape=rng.choice(["ellipse","square"]); size=int(rng.choice([3,5,7,11,31]) if shape=="ellipse" else rng.choice([2,3,4,5]))
    k=cv2.getStructuringElement(cv2.MORPH_ELLIPSE,(size,size)) if shape=="ellipse" else np.ones((size,size),np.uint8)
    op=["dilate","erode","open","close"][i%4]
    r={"dilate":lambda:cv2.dilate(a,k),"erode":lambda:cv2.erode(a,k),"open":lambda:cv2.morphologyEx(a,cv2.MORPH_OPEN,k),"close":lambda:cv2.morphologyEx(a,cv2.MORPH_CLOSE,k)}[op]()
    out["morphology"].append({"op":op,"shape":shape,"size":size,"mask":pack(a),"result":pack(r)})
for i in range(60):
    h,w=[int(v) for v in rng.randint(5,30,2)]
    p=[int(v) for v in rng.randint(-40,60,4)] if i%2 else [int(rng.randint(0,w)),int(rng.randint(0,h)),int(rng.randint(0,w)),int(rng.randint(0,h))]
    if i%7==0: p[2]=p[0]
    if i%11==0: p[3]=p[1]
    c=np.zeros((h,w),np.uint8); cv2.line(c,(p[0],p[1]),(p[2],p[3]),255,1)
    out["lines"].append({"ends":p,"result":pack(c)})
for i in range(20):
    h,w=rng.randint(6,30,2); a=blob(h,w,rng.choice([.1,.4,.6,.8]))
    cs,_=cv2.findContours(a,cv2.RETR_EXTERNAL,cv2.CHAIN_APPROX_SIMPLE)
    out["outline"].append({"mask":pack(a),"area":float(sum(cv2.contourArea(c) for c in cs))})
    n,lab,st,ce=cv2.connectedComponentsWithStats(a)
    out["components"].append({"mask":pack(a),"stats":[[int(v) for v in s] for s in st[1:]],"centroids":[[float(v) for v in c] for c in ce[1:]]})
for i in range(16):
    h,w=rng.randint(1,25,2); a=blob(h,w); H,W=[int(v) for v in rng.randint(1,60,2)]
    out["nearest"].append({"mask":pack(a),"result":pack(cv2.resize(a,(W,H),interpolation=cv2.INTER_NEAREST))})
for i in range(30):
    h,w=rng.randint(3,30,2); a=blob(h,w,.6)
    t=np.radians(rng.uniform(-45,45)); s=np.tan(np.radians(rng.uniform(-30,30)))
    M=np.array([[np.cos(t),-np.sin(t),rng.randint(-5,30)],[np.sin(t),np.cos(t),rng.randint(-5,30)]],np.float32) if i%2 else np.array([[1,s,rng.randint(-9,9)],[s*rng.rand(),1,rng.randint(-9,9)]],np.float32)
    W,H=[int(v) for v in rng.randint(20,60,2)]
    r=cv2.warpAffine(a,M,(W,H),flags=cv2.INTER_NEAREST,borderMode=cv2.BORDER_CONSTANT,borderValue=0)
    out["warp"].append({"mask":pack(a),"map":[float(v) for v in M.ravel()],"result":pack(r)})
for i in range(14):
    h,w=[int(v) for v in rng.randint(2,20,2)]; a=(rng.rand(h,w)*256).astype(np.uint8)
    W,H=[int(v) for v in rng.randint(1,40,2)]
    if i==0: h,w=8,12; a=(rng.rand(h,w)*256).astype(np.uint8); W,H=6,4
    if i==1: W,H=w*2,h*2
    out["linear"].append({"width":w,"height":h,"data":a.ravel().tolist(),"toWidth":W,"toHeight":H,"result":cv2.resize(a,(W,H)).ravel().tolist()})
json.dump(out,open(sys.argv[1], "w"),separators=(",",":"))
if len(sys.argv) > 2:
    rng=np.random.RandomState(3); out=[]
    for i in range(14):
        a=np.concatenate([rng.normal(rng.randint(20,120),rng.randint(2,30),200),rng.normal(rng.randint(100,240),rng.randint(2,30),rng.randint(20,300))]).clip(0,255).astype(np.uint8)
        if i==0: a[:]=77
        if i==1: a=np.repeat(np.array([10,200],np.uint8),40)
        t,_=cv2.threshold(a.reshape(1,-1),0,255,cv2.THRESH_BINARY+cv2.THRESH_OTSU)
        h=np.bincount(a,minlength=256)
        out.append({"level":int(t),"greys":{int(v):int(h[v]) for v in np.nonzero(h)[0]}})
    json.dump(out,open(sys.argv[2], "w"),separators=(",",":"))
