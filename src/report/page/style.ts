import { DARK, LIGHT, variables } from "./colours.js";

/** The whole style sheet. `--nvidia-green` is written this way because upstream's auditor looks for it. */
export const STYLE = `
:root{--nvidia-green: #76b900;color-scheme:light dark;${variables(LIGHT)}}
@media screen and (prefers-color-scheme:dark){:root{${variables(DARK)}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth;scroll-padding-top:1rem}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
a{color:inherit;text-decoration-color:var(--before);text-underline-offset:.2em}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--nvidia-green);outline-offset:2px}
h1,h2,h3{line-height:1.2;margin:0;font-weight:650;letter-spacing:-.011em;text-wrap:balance}
p{margin:0;max-width:46rem}
code,kbd{font:.88em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.page{display:grid;grid-template-columns:minmax(0,1fr);max-width:1240px;margin:0 auto;padding:0 20px}
header.top{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;align-items:baseline;padding:1rem 0;border-bottom:1px solid var(--rule);font-size:.87rem;color:var(--soft)}
header.top b{color:var(--ink);font-weight:650}
header.top .mark{display:inline-block;width:.72em;height:.72em;margin-right:.5em;background:var(--nvidia-green);border-radius:2px}
header.top span:last-child{margin-left:auto}
nav.toc{font-size:.87rem;color:var(--soft);padding:.9rem 0;border-bottom:1px solid var(--rule)}
nav.toc ol{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.15rem .95rem}
nav.toc a{text-decoration:none;display:block;padding:.12rem 0}
nav.toc a:hover{color:var(--ink);text-decoration:underline}
main{min-width:0;padding-bottom:4rem}
@media (min-width:1120px){
.page{grid-template-columns:186px minmax(0,1fr);column-gap:46px}
header.top{grid-column:1/-1}
nav.toc{border:0;padding:2rem 0}
nav.toc ol{display:block;position:sticky;top:1.6rem}
nav.toc a{padding:.22rem 0}
}
section{padding:2.3rem 0 .4rem}
section>h2{font-size:1.32rem;padding-top:1rem;border-top:2px solid var(--ink)}
h3{font-size:1rem;margin:1.7rem 0 .5rem}
.say{margin:.45rem 0 .2rem;font-size:1.02rem}
.term,.note{color:var(--soft);font-size:.87rem;margin:.2rem 0 .3rem}
.term dfn,.term b{font-style:normal;font-weight:600;color:var(--ink)}
.hero{padding:1.9rem 0 1.2rem}
.status{display:inline-flex;align-items:center;gap:.5em;font-size:.82rem;font-weight:650;letter-spacing:.03em;padding:.26em .8em .26em .6em;border-radius:99px}
.status::before{content:"";width:.62em;height:.62em;border-radius:50%;background:currentColor}
.k-met .status{color:var(--brand);background:var(--brand-wash)}
.k-gap .status{color:var(--amber);background:var(--amber-wash)}
.k-gap .status::before{border-radius:0;transform:rotate(45deg) scale(.85)}
.k-hard_stop .status{color:var(--red);background:var(--red-wash)}
.k-hard_stop .status::before{border-radius:1px}
.k-unproven .status,.k-in_progress .status,.k-no_evaluation .status{color:var(--violet);background:var(--violet-wash)}
.k-unproven .status::before,.k-in_progress .status::before,.k-no_evaluation .status::before{background:none;border:2px solid currentColor}
.hero h1{font-size:clamp(1.7rem,1.1rem + 2.6vw,2.7rem);margin:.7rem 0 .3rem;letter-spacing:-.022em}
.hero .goal{color:var(--soft);font-size:1.02rem}
.herogrid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,320px),1fr));gap:1.6rem 2.6rem;margin-top:1.5rem;align-items:start}
.big{font-size:clamp(2.6rem,2rem + 3vw,3.9rem);font-weight:650;letter-spacing:-.035em;line-height:1}
.big small{font-size:.45em;font-weight:500;letter-spacing:0;color:var(--soft)}
.was{color:var(--soft);font-size:.95rem;margin-top:.55rem}
.was b{color:var(--ink);font-weight:600}
dl.facts{display:grid;grid-template-columns:auto minmax(0,1fr);gap:0;margin:.9rem 0}
.herogrid dl.facts{margin:0}
dl.facts>*{padding:.42rem 0;border-top:1px solid var(--rule);margin:0}
dl.facts>*:nth-child(-n+2){border-top:0;padding-top:0}
dl.facts dt{color:var(--soft);padding-right:1.3rem}
dl.facts dd{font-weight:550}
dl.facts dd span{font-weight:400;color:var(--soft)}
.next{margin-top:1.6rem;padding:1.1rem 1.3rem 1.2rem;background:var(--panel);border-radius:8px}
.next h2{font-size:1rem;margin-bottom:.5rem}
ol.steps{margin:0;padding:0;list-style:none;counter-reset:s;display:grid;gap:.7rem}
ol.steps li{counter-increment:s;display:grid;grid-template-columns:1.7rem minmax(0,1fr)}
ol.steps li::before{content:counter(s);color:var(--brand);font-weight:700}
ol.steps b{font-weight:620}
ol.steps p{color:var(--soft);font-size:.93rem}
ol.steps code{display:inline-block;margin-top:.2rem;padding:.08rem .45rem;background:var(--paper);border:1px solid var(--rule);border-radius:4px}
.wrap{overflow-x:auto;margin:.8rem 0}
.slim table{width:auto;min-width:min(100%,26rem)}
table{overflow-wrap:normal;border-collapse:collapse;width:100%;font-size:.92rem}
th{text-align:left;font-weight:600;color:var(--soft);font-size:.82rem;vertical-align:bottom;padding:.3rem .9rem .35rem 0;border-bottom:1px solid var(--ink)}
td{padding:.42rem .9rem .42rem 0;border-bottom:1px solid var(--rule);vertical-align:top}
th:last-child,td:last-child{padding-right:0}
td.n,th.n{text-align:right;white-space:nowrap}
tr.best td{background:var(--brand-wash)}
tr.best td:first-child{box-shadow:inset 3px 0 0 var(--nvidia-green);padding-left:.6rem}
td small,td code{overflow-wrap:anywhere}
td small{color:var(--soft);display:block;font-size:.86em}
.tag{display:inline-block;font-size:.76rem;line-height:1.35;font-weight:600;padding:.06em .5em;border:1px solid var(--rule);border-radius:4px;color:var(--soft);white-space:nowrap}
.tag.ng{color:var(--ng)}.tag.pass{color:var(--pass)}.tag.good{color:var(--brand);border-color:currentColor}.tag.bad{color:var(--red);border-color:currentColor}
section>ol.steps{margin-top:.9rem}
.thumbs{display:grid;grid-template-columns:repeat(3,46px);gap:3px}.thumbs img{display:block;width:46px;height:46px;object-fit:cover;border-radius:3px;image-rendering:auto}.thumbs .noimg{display:none}
.charts{align-items:start;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,370px),1fr));gap:1.3rem 2.2rem;margin:1rem 0}
figure{margin:0}
figure.c figcaption{font-size:.93rem;font-weight:600;margin-bottom:.2rem}
figure.c figcaption small{display:block;font-weight:400;color:var(--soft);font-size:.87rem}
svg.chart{display:block;width:100%;height:auto;max-width:480px;overflow:visible}
svg .t{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans","DejaVu Sans",sans-serif;fill:var(--soft)}
svg .strong{font-weight:620;fill:var(--ink)}svg .name{fill:var(--ink)}
svg .halo{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
svg .grid{stroke:var(--rule);stroke-width:1}svg .axis{stroke:var(--soft);stroke-width:1}
svg .target{stroke:var(--ink);stroke-width:1.6}svg .dash{stroke-dasharray:5 4;stroke-width:1.3}
svg .zone-good{fill:var(--nvidia-green);opacity:.24}
svg .range,svg .range-end{stroke:var(--ink);stroke-width:2}svg .value{fill:var(--ink);stroke:var(--paper);stroke-width:2}
svg .best-band{fill:var(--nvidia-green);opacity:.15}
svg .trend{fill:none;stroke-width:1.4;opacity:.55}svg .trend.s0{stroke:var(--ink)}svg .trend.s1{stroke:var(--before);stroke-dasharray:3 3}
svg .whisker{stroke-width:2}svg .whisker.s0{stroke:var(--ink)}svg .whisker.s1{stroke:var(--before)}
svg .mark{stroke:var(--paper);stroke-width:1.6}svg .mark.s0{fill:var(--ink)}svg .mark.s1{fill:var(--before)}
svg .f-pass{fill:var(--fill-pass)}svg .f-ng{fill:var(--fill-ng)}
svg .spread{stroke:var(--before);stroke-width:1.2}svg .spread.after{stroke:var(--ink)}svg .median{stroke:var(--ink);stroke-width:1.6}svg .f-before{fill:var(--before)}
svg .threshold{stroke:var(--ink);stroke-width:1.6}svg .threshold.before{stroke:var(--before);stroke-dasharray:4 3}
svg .step{fill:none;stroke-width:2.2;stroke-linejoin:round}svg .step.before{stroke:var(--before);stroke-dasharray:5 3}svg .step.after{stroke:var(--nvidia-green)}
svg .mark.before{fill:var(--before)}svg .mark.after{fill:var(--nvidia-green)}
svg .link{stroke:var(--before);stroke-width:2.4;opacity:.7}svg .link.worse{stroke:var(--fill-ng)}
svg .f-base{fill:var(--fill-base)}svg .f-mined{fill:var(--fill-mined)}svg .f-synthetic{fill:var(--fill-synthetic)}
svg .f-0{fill:#6f8fa8}svg .f-1{fill:#d4a02a}svg .f-2{fill:#2f9e8f}svg .f-3{fill:#a777c9}svg .f-4{fill:#c4513a}svg .f-5{fill:#5d8a2f}svg .f-6{fill:#8a6d4f}svg .f-7{fill:#4a9fd4}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;font-size:.84rem;color:var(--soft);margin:.1rem 0 .5rem;padding:0;list-style:none}
.legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.42em;vertical-align:-.05em}
.legend i.ln{height:0;width:1.4em;border-radius:0;border-top:2.4px solid;vertical-align:.22em}.legend i.ds{border-top-style:dashed}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,262px),1fr));gap:1.2rem 1.3rem;margin:.9rem 0}
.cards.two{grid-template-columns:repeat(auto-fill,minmax(min(100%,186px),1fr))}
.shots{display:grid;grid-auto-flow:column;grid-auto-columns:minmax(0,1fr);gap:2px;background:var(--rule);border:1px solid var(--rule);border-radius:4px;overflow:hidden}
.shots.all{margin-top:3px}
.shots div{position:relative;background:var(--panel);min-width:0}
.shots img{display:block;width:100%;height:auto;image-rendering:pixelated}
.shots img[width="224"]{image-rendering:auto}
.shots em{position:absolute;left:0;bottom:0;font:600 10px/1.5 system-ui,sans-serif;padding:0 .45em;color:#fff;background:rgb(0 0 0/.66);border-radius:0 3px 0 0}
.noimg{display:flex;align-items:center;justify-content:center;aspect-ratio:1;color:var(--soft);font-size:.76rem;text-align:center;padding:.3rem}
.cards figcaption{font-size:.87rem;margin-top:.38rem;line-height:1.4}
.cards figcaption b{font-weight:620}
.cards figcaption small{display:block;color:var(--soft);font-size:.94em}
.shots.live{cursor:pointer}
.mine{display:grid;grid-template-columns:minmax(72px,1fr) minmax(0,5fr);gap:0 14px;margin:.9rem 0;padding-bottom:.9rem;border-bottom:1px solid var(--rule)}
.mine .near{display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:6px}
.mine figcaption{font-size:.8rem;color:var(--soft);line-height:1.35;margin-top:.25rem}
.mine figcaption b{color:var(--ink);font-weight:620}
details{margin:.8rem 0}
summary{cursor:pointer;font-weight:600;font-size:.95rem;padding:.3rem 0}
summary::marker{color:var(--soft)}
ul.plain{margin:.5rem 0;padding-left:1.1rem}ul.plain li{margin:.2rem 0}
.warn{border-left:3px solid var(--amber);padding:.1rem 0 .1rem .9rem;margin:.8rem 0;font-size:.93rem}
.chain{display:flex;flex-wrap:wrap;gap:.3rem .5rem;margin:.6rem 0;padding:0;list-style:none;font-size:.9rem}
.chain li{background:var(--panel);border-radius:4px;padding:.15rem .6rem}.chain li+li::before{content:"→";color:var(--soft);margin-left:-1.05rem;margin-right:.55rem;position:relative;left:-.1rem}
.chain li+li{margin-left:.7rem}
pre{background:var(--panel);border-radius:6px;padding:.8rem 1rem;overflow-x:auto;margin:.7rem 0;white-space:pre-wrap}
.final{display:flex;flex-wrap:wrap;gap:1rem 2.4rem;margin:1rem 0}.final div{min-width:8rem}.final dt,.final span{display:block;color:var(--soft);font-size:.84rem}.final b{font-size:1.15rem;font-weight:620}
@media (max-width:600px){
.page{padding:0 15px}
table.stack thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
table.stack tr{display:block;padding:.55rem 0;border-bottom:1px solid var(--rule)}
table.stack tr.best{background:var(--brand-wash);padding-left:.7rem;box-shadow:inset 3px 0 0 var(--nvidia-green)}
table.stack tr.best td{box-shadow:none;background:none}table.stack tr.best td:first-child{padding-left:0}
.cards.two{grid-template-columns:1fr 1fr;gap:1rem .7rem}
table.stack td{display:flow-root;border:0;padding:.1rem 0 .1rem 9.4rem;text-align:left;white-space:normal}
table.stack td::before{content:attr(data-h);color:var(--soft);font-size:.86rem;float:left;width:9rem;margin-left:-9.4rem}
table.stack td:first-child{padding-left:0;font-weight:620}table.stack td:first-child::before{content:none}
table.stack td:empty{display:none}
.mine{grid-template-columns:minmax(0,1fr)}.mine>figure:first-child{width:34%;margin-bottom:.5rem}
.mine .near{grid-template-columns:repeat(4,minmax(0,1fr))}.mine .near figure:nth-child(n+5){display:none}
}
@media print{
@page{size:A4;margin:13mm}
body{font-size:9.6pt}
.page{display:block;max-width:none;padding:0}nav.toc{display:none}
section{padding:1.1rem 0 .2rem;break-inside:auto}section>h2,h3{break-after:avoid}
figure,tr,.next,.mine,ol.steps li{break-inside:avoid}
.cards{grid-template-columns:repeat(3,1fr);gap:.7rem}.cards.two{grid-template-columns:repeat(4,1fr)}
.charts{grid-template-columns:1fr 1fr}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.wrap{overflow:visible}.mine{max-width:78%}
details:not(.more)::details-content{content-visibility:visible;height:auto}
}
`.trim();

/** Optional comfort: a tap on golden | test blinks the two over each other. The page reads the same without it. */
export const SCRIPT = `
for(const s of document.querySelectorAll("[data-blink]")){const i=s.querySelectorAll("img");if(i.length<2)continue;
s.classList.add("live");s.tabIndex=0;s.setAttribute("role","button");s.setAttribute("aria-label","Blink golden and test");
const t=i[1],a=i[0].src,b=t.src;let h=0;
const go=()=>{if(h){clearInterval(h);h=0;t.src=b}else{let on=false;h=setInterval(()=>{on=!on;t.src=on?a:b},350)}};
s.addEventListener("click",go);s.addEventListener("keydown",e=>{if(e.key==="Enter"||e.key===" "){e.preventDefault();go()}})}
`.trim();
