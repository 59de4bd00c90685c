/** The style of the page, light and dark, for screens of any width and for paper. Fonts are those of the reader. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1b1f24;--dim:#59636e;--line:#d5dae0;--card:#f5f7f9;--link:#0a58ca;--bad:#c1121f;--badbg:#fdecec;--warn:#945600;--warnbg:#fff5e0;--good:#18794e;--live:#0b6bcb;--mark:#fff0b3;
--dns:#7a6ff0;--tcp:#8d99a6;--proxy:#b07d2b;--tls:#2a9d8f;--upgrade:#e08a1e;--subprotocol:#b5549c;--open:#4a90d9;--close:#6b7785}
@media (prefers-color-scheme:dark){:root{--bg:#12161b;--fg:#e4e8ec;--dim:#9aa6b2;--line:#303841;--card:#1a2027;--link:#7ab7ff;--bad:#ff7b7b;--badbg:#3a1a1d;--warn:#f0b45b;--warnbg:#33270f;--good:#5bd19a;--live:#7ab7ff;--mark:#4d4210;
--dns:#9d95ff;--tcp:#75818d;--proxy:#cf9c48;--tls:#3fbdac;--upgrade:#f0a040;--subprotocol:#d67bbd;--open:#4f8fd0;--close:#8793a0}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0 auto;max-width:88rem;padding:1.25rem clamp(.75rem,3vw,2.5rem) 3rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.55rem;line-height:1.3;margin:.2rem 0 .8rem;font-weight:650;max-width:60rem;text-wrap:pretty}
h2{font-size:1.2rem;margin:1.6rem 0 .6rem}
h3{font-size:1rem;margin:1.4rem 0 .4rem}
h4{font-size:.9rem;margin:.7rem 0 .2rem}
p{margin:.4rem 0;max-width:75ch}
ul{margin:.3rem 0;padding-left:1.3rem}
li{max-width:75ch}
a{color:var(--link)}
code,pre,.ladder,.c-lasted{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{font-size:.92em;unicode-bidi:isolate}
pre{overflow:auto;max-height:20rem;padding:.6rem;background:var(--card);border:1px solid var(--line)}
small,.small,figcaption{color:var(--dim);font-size:.85em;font-weight:400}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.hidden,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.files{color:var(--dim);margin:0}
.answer,.facts{margin:.6rem 0}
.answer{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dt{color:var(--dim)}
dd{margin:0}
.answer dd{max-width:80ch}
.facts{display:flex;flex-wrap:wrap;gap:.2rem 1.6rem}
.facts div{display:flex;gap:.5rem;max-width:100%}
.counts{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:1rem 0 .4rem}
.counts li{border:1px solid var(--line);border-radius:.4rem;padding:.15rem .7rem;background:var(--card)}
.counts b{font-size:1.15em}
.causes span{margin-right:1rem}
.o-failed,.t-failed{color:var(--bad)}
.o-ok,.t-ok{color:var(--good)}
.o-open{color:var(--live)}
.o-partial,.t-in-progress{color:var(--warn)}
.t-hidden,.t-not-seen{color:var(--dim)}
.limit{color:var(--warn)}
.warnings{color:var(--warn)}
.controls{display:flex;flex-wrap:wrap;gap:.6rem 1.4rem;align-items:center;margin:.4rem 0}
.controls[hidden]{display:none}
.controls fieldset{border:0;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:.8rem}
.controls legend{float:left;padding:0;margin-right:.8rem;color:var(--dim)}
input[type=search]{font:inherit;padding:.25rem .5rem;border:1px solid var(--line);border-radius:.3rem;background:var(--bg);color:var(--fg);min-width:min(18rem,60vw)}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:.4rem 0;color:var(--dim);font-size:.85em}
.legend li{display:flex;align-items:center;gap:.35rem}
.legend svg{width:.7rem;height:.7rem}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:500;color:var(--dim);white-space:nowrap}
td,th{padding:.3rem .6rem;vertical-align:top;border-bottom:1px solid var(--line)}
td small,th small{display:block}
.overview{display:block;min-width:62rem;font-size:.93em}
.overview thead,.overview tbody{display:block}
.overview tr{display:grid;grid-template-columns:3rem 2fr 6.5rem 6rem 3.2fr 3fr;border-bottom:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 4.6rem}
.overview td,.overview th{border:0;min-width:0}
.overview tr[hidden]{display:none}
.overview .c-time svg,.waterfall .c-time svg{display:block;width:100%;height:14px}
.overview tbody tr:hover{background:var(--card)}
.ticks{display:flex;justify-content:space-between;font-size:.85em}
th button{all:unset;cursor:pointer}
th button:focus-visible{outline:2px solid var(--link)}
th[aria-sort=ascending] button::after{content:" ▲"}
th[aria-sort=descending] button::after{content:" ▼"}
.whole{fill:var(--line)}.track{fill:var(--line)}
.g-dns{fill:var(--dns)}.g-tcp{fill:var(--tcp)}.g-proxy{fill:var(--proxy)}.g-tls{fill:var(--tls)}.g-upgrade{fill:var(--upgrade)}.g-subprotocol{fill:var(--subprotocol)}.g-open{fill:var(--open)}.g-close{fill:var(--close)}.broke{fill:var(--bad)}
.step{stroke:var(--fg);stroke-width:1;vector-effect:non-scaling-stroke;opacity:.5}
.session{border-top:2px solid var(--line);margin-top:1.6rem;content-visibility:auto;contain-intrinsic-size:auto 40rem}
.session:not([open]){contain-intrinsic-size:auto 3rem}
.session>summary{cursor:pointer}
.session>summary h2{display:inline-block;margin:.8rem 0 .5rem}
.verdict{font-size:1.05rem}
.sure{color:var(--dim)}
.finding{border-left:4px solid var(--line);background:var(--card);padding:.5rem .9rem;margin:.7rem 0;border-radius:0 .3rem .3rem 0}
.finding h3,.finding h2{margin:.1rem 0 .3rem;font-size:1rem}
.c-lasted{white-space:nowrap}
.absent td{font-style:italic}
.finding h3 small{margin-left:.4rem}
.f-error{border-color:var(--bad)}.f-warning{border-color:var(--warn)}.f-note{border-color:var(--live)}
.filters{margin:.5rem 0;color:var(--dim)}
.filters summary{cursor:pointer}
.copy{font:inherit;font-size:.85em;border:1px solid var(--line);border-radius:.3rem;background:var(--bg);color:var(--link);cursor:pointer;display:none}
.scripted .copy{display:inline-block}
.waterfall{min-width:48rem;font-size:.93em}
.waterfall .c-time{width:34%}
.waterfall th[scope=row]{color:var(--fg)}
.chart{margin:.3rem 0;overflow-x:auto}
.chart svg{display:block;overflow:visible;width:100%;min-width:40rem;min-height:9rem;max-height:15rem}
.chart text{font-size:12px;fill:var(--dim)}
.chart .quiet{text-anchor:middle;fill:var(--warn)}
.series{margin:.8rem 0}
.series figcaption{margin-bottom:.2rem}
.series svg{min-height:6rem;max-height:10rem}
.series b{color:var(--fg);font-weight:500;margin-right:.4rem}
.axis{stroke:var(--line)}
.grid{stroke-dasharray:3 5}
.k-client{stroke:var(--open);fill:var(--open);fill-opacity:.35;stroke-width:2}
.k-server{stroke:var(--tls);fill:var(--tls);fill-opacity:.35;stroke-width:2}
.k-area{stroke-width:1;stroke-linejoin:round}
.k-dots{fill:none;stroke-width:5;stroke-linecap:round}
.k-ping,.k-pong{stroke:var(--upgrade);stroke-width:5;stroke-linecap:round}
.k-pong{stroke:var(--subprotocol)}
.k-end{stroke:var(--bad);stroke-width:1.5}
.k-silence{fill:var(--warnbg)}
.ladder{font-size:.85rem;min-width:52rem}
.ladder td{border:0;padding:.12rem .6rem}
.ladder .c-at,.ladder .c-delta,.ladder .c-packet{white-space:nowrap;text-align:right;width:1%}
.ladder .c-delta{color:var(--dim)}
.ladder .c-note{color:var(--dim);font-family:system-ui,sans-serif}
.messages{margin:1.2rem 0}.messages summary{cursor:pointer}.messages h3{display:inline;margin:0}.messages table{font-size:.88rem;min-width:44rem}
.ladder button,.link{font:inherit;color:var(--link);background:none;border:0;padding:0;cursor:copy}
.ladder .line{width:40%;min-width:22rem;border-left:2px solid var(--line);border-right:2px solid var(--line);padding:.12rem 0}
.ladder th.line{border-color:transparent;padding:.3rem .2rem}
.ladder th.line span:last-child{float:right}
.arrow{display:block;position:relative;padding:0 1rem;border-bottom:1.5px solid currentColor;line-height:1.25;min-height:1.3em}
.arrow b{font-weight:500;color:var(--fg);display:block;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.arrow::after{content:"";position:absolute;bottom:-4.8px;border:4px solid transparent}
.from-client::after{right:0;border-left:8px solid currentColor;border-right:0}
.from-server{text-align:right}
.from-server::after{left:0;border-right:8px solid currentColor;border-left:0}
.from-network{text-align:center;border-bottom-style:dotted}
.from-network::after{display:none}
.run{border-bottom:0;text-align:center;background:var(--card)}
.run::after{display:none}
.run b{display:inline;white-space:normal;margin:0 .5rem}
.e-tcp{color:var(--tcp)}.e-data{color:var(--open)}.e-close{color:var(--fg)}
.e-bad{color:var(--bad)}.e-again{color:var(--warn)}.e-gap{color:var(--warn)}
.e-bad .arrow b{color:var(--bad)}.e-again .arrow b,.e-gap .arrow b{color:var(--warn)}
.e-again .arrow{border-bottom-style:dashed}.e-gap .arrow{border-bottom-style:dotted}
.ladder .c-at{color:var(--fg)}
.proof .c-packet,.proof .c-at{font-weight:700}
mark{background:var(--mark);color:var(--fg);padding:0 .3rem;border-radius:.2rem}
.ladder tr:target{background:var(--mark)}
.pause td{text-align:center;color:var(--warn)}
.pause .line span{display:block;background:var(--warnbg);padding:.15rem}
.heads{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:.5rem 1.5rem;margin:.4rem 0}
.head{min-width:0}
.head h4{margin:.2rem 0}
.head table{font-size:.88em}
.head td,.head th{padding:.12rem .4rem;white-space:normal}
.head th{width:38%}
.wrong{background:var(--badbg)}
.wrong th,.wrong td,.problems{color:var(--bad)}
.said{position:fixed;bottom:1rem;right:1rem;margin:0;padding:.4rem .8rem;border-radius:.3rem;background:var(--fg);color:var(--bg);max-width:min(40rem,90vw)}
.said:empty{display:none}
footer{border-top:2px solid var(--line);margin-top:2rem;color:var(--dim)}
@media (max-width:40rem){
h1{font-size:1.25rem}
.answer{grid-template-columns:1fr}.answer dt{margin-top:.3rem}
.overview,.overview td{display:block;min-width:0}
.overview thead{display:none}
.overview tr{padding:.5rem 0;grid-template-columns:auto auto 1fr;gap:0 .8rem;contain-intrinsic-size:auto 9rem}
.overview td{border:0;padding:.1rem 0}
.overview .c-where,.overview .c-verdict,.overview .c-time{grid-column:1/-1}
.overview .c-where{order:2}.overview .c-verdict{order:3}.overview .c-time{order:4;padding:.3rem 0}
.overview .c-id::before{content:"session "}
.overview .c-outcome small{display:inline;margin-left:.4rem}
.ladder,.ladder tbody,.ladder tr,.ladder td{display:block;min-width:0;width:auto!important}
.ladder{min-width:0}
.ladder thead{display:none}
.ladder tr{display:grid;grid-template-columns:auto auto 1fr;padding:.25rem 0}
.ladder .c-at,.ladder .c-delta,.ladder .c-packet{text-align:left;width:auto}
.ladder .c-packet::before{content:"packet "}
.ladder .line,.ladder .c-note,.pause td{grid-column:1/-1;min-width:0}
.pause td:not(.line){display:none}
.ladder td:empty{display:none}
}
@media print{
:root{--bg:#fff;--fg:#000;--card:#fff}
body{max-width:none;padding:0;font-size:10pt}
.controls,.copy,.skip,.back,.said,.filters summary{display:none!important}
.scroll{overflow:visible}
.overview,.ladder,.waterfall{min-width:0}
.session,.overview tr{content-visibility:visible}.session{break-before:page}
tr,.finding{break-inside:avoid}
*{print-color-adjust:exact}
details::details-content{content-visibility:visible;height:auto}
}
`;
