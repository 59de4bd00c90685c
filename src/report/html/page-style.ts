/**
 * The style of the page, light and dark, for screens of any width and for paper. Fonts are those of the reader. Letters
 * keep a contrast of 4.5 to 1 and more in both themes (WCAG 2.2 1.4.3); colours never say anything alone.
 */
const LIGHT = `--bg:#fff;--fg:#1b1f24;--dim:#57606a;--line:#d5dae0;--card:#f6f8fa;--link:#0a58ca;--bad:#b8101c;--badbg:#fdecec;--warn:#855000;--warnbg:#fff4dc;--good:#166c45;--live:#0a5fb4;--mark:#fff0b3;--grid:#e7ebef;
--dns:#7a6ff0;--tcp:#8d99a6;--proxy:#b07d2b;--tls:#2a9d8f;--upgrade:#e08a1e;--subprotocol:#b5549c;--open:#4a90d9;--close:#6b7785`;

const DARK = `--bg:#12161b;--fg:#e4e8ec;--dim:#9ea9b5;--line:#303841;--card:#1a2027;--link:#7ab7ff;--bad:#ff8585;--badbg:#3a1a1d;--warn:#f0b45b;--warnbg:#33270f;--good:#5bd19a;--live:#7ab7ff;--mark:#4d4210;--grid:#262d35;
--dns:#9d95ff;--tcp:#75818d;--proxy:#cf9c48;--tls:#3fbdac;--upgrade:#f0a040;--subprotocol:#d67bbd;--open:#4f8fd0;--close:#8793a0`;

/** Columns that name themselves where there is no room for their heads. */
interface Words {
  packet: string;
  session: string;
}

/** Paper is light, whatever the screen is. */
export const pageStyle = ({ packet, session }: Words): string => `
:root{color-scheme:light;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${DARK}}}
@media screen{:root[data-theme=dark]{color-scheme:dark;${DARK}}}
*{box-sizing:border-box}
html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:88rem;padding:1.25rem clamp(.75rem,3vw,2.5rem) 3rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Noto Sans CJK SC",sans-serif;overflow-wrap:anywhere}
h1{font-size:1.55rem;line-height:1.3;margin:.2rem 0 .5rem;font-weight:650;max-width:60rem;text-wrap:pretty}
h2{font-size:1.2rem;margin:1.8rem 0 .6rem}
h3{font-size:1rem;margin:1.6rem 0 .5rem}
h4{font-size:.9rem;margin:.6rem 0 .2rem}
p{margin:.4rem 0;max-width:75ch}
ul{margin:.3rem 0;padding-left:1.3rem}
li{max-width:75ch}
a{color:var(--link);text-underline-offset:.15em}
a.packet{white-space:nowrap}
code,pre,.ladder,.c-at,td.c-lasted{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
code{font-size:.92em;unicode-bidi:isolate}
pre{overflow:auto;max-height:20rem;padding:.6rem;background:var(--card);border:1px solid var(--line);border-radius:.3rem}
small,.small,figcaption{color:var(--dim);font-size:.87em;font-weight:400}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.hidden,.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
header{position:relative}
.theme{float:right;margin-left:1rem}
.theme,.copy{font:inherit;font-size:.87em;padding:.15rem .6rem;border:1px solid var(--line);border-radius:.3rem;background:var(--bg);color:var(--link);cursor:pointer}
.theme:hover,.copy:hover{background:var(--card)}
.files{color:var(--dim);margin:0}
.tally{margin:.4rem 0 0;color:var(--bad);font-weight:600}
.answer ul{padding:0;list-style:none;margin:0}.alike{margin:.4rem 0}.alike summary{cursor:pointer;color:var(--link)}
.beyond{font-size:1.05rem}
.answer,.facts{margin:.7rem 0}
.answer{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1rem}
dt{color:var(--dim);white-space:nowrap}
dd{margin:0;min-width:0}
.answer dd{max-width:80ch}
.facts{display:flex;flex-wrap:wrap;gap:.25rem 1.6rem}
.facts div{display:flex;gap:.5rem;max-width:100%}
.counts,.causes{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:1rem 0 .4rem}
.causes{gap:.2rem 1.2rem;margin:.4rem 0}
.counts li{border:1px solid var(--line);border-radius:.4rem;padding:.15rem .7rem;background:var(--card)}
.counts b{font-size:1.15em}
.o-failed,.t-failed{color:var(--bad)}
.o-ok,.t-ok{color:var(--good)}
.o-open{color:var(--live)}
.o-partial,.t-in-progress{color:var(--warn)}
.t-hidden,.t-not-seen{color:var(--dim)}
.waterfall td[class^=t-]{white-space:nowrap}
.limit,.warnings{color:var(--warn)}
.controls{display:flex;flex-wrap:wrap;gap:.6rem 1.4rem;align-items:center;margin:.4rem 0}
.controls[hidden]{display:none}
.controls fieldset{border:0;padding:0;margin:0;display:flex;flex-wrap:wrap;gap:.8rem;min-width:0}
.controls legend{float:left;padding:0;margin-right:.8rem;color:var(--dim)}
.controls output{color:var(--dim)}
input{accent-color:var(--link)}
input[type=search]{font:inherit;padding:.25rem .5rem;border:1px solid var(--dim);border-radius:.3rem;background:var(--bg);color:var(--fg);width:min(22rem,70vw)}
input::placeholder{color:var(--dim);opacity:1}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1rem;list-style:none;padding:0;margin:.5rem 0;color:var(--dim);font-size:.87em}
.legend li,.key{display:inline-flex;align-items:center;gap:.35rem}
.legend svg,.key svg{width:.75rem;height:.75rem;flex:none;overflow:visible}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th{text-align:left;font-weight:500;color:var(--dim);white-space:nowrap}
td,th{padding:.35rem .6rem;vertical-align:top;border-bottom:1px solid var(--line)}
td small,th small{display:block}
.overview{display:block;min-width:62rem;font-size:.93em}
.overview thead,.overview tbody{display:block}
.overview tr{display:grid;grid-template-columns:3.4rem 2.4fr 6.5rem 5.5rem 3.4fr 2.6fr;border-bottom:1px solid var(--line);content-visibility:auto;contain-intrinsic-size:auto 4.6rem}
.overview td,.overview th{border:0;min-width:0}
.overview tr[hidden]{display:none}
.overview td.c-time,.waterfall td.c-time{padding-top:.55rem}
.overview td.c-time svg,.waterfall td.c-time svg{display:block;width:100%;height:14px}
.overview tbody tr:hover{background:var(--card)}
.overview th{align-self:end}
.ticks{display:block;width:100%;height:16px;overflow:visible}
.tick,.ticks text{font-size:11px;fill:var(--dim)}
th button{all:unset;cursor:pointer}
th button:hover{text-decoration:underline}
th button:focus-visible{outline:2px solid var(--link)}
th[aria-sort=ascending] button::after{content:" ▲"}
th[aria-sort=descending] button::after{content:" ▼"}
.whole{fill:var(--line)}.track{fill:var(--line)}
.g-dns{fill:var(--dns)}.g-tcp{fill:var(--tcp)}.g-proxy{fill:var(--proxy)}.g-tls{fill:var(--tls)}.g-upgrade{fill:var(--upgrade)}.g-subprotocol{fill:var(--subprotocol)}.g-open{fill:var(--open)}.g-close{fill:var(--close)}.broke{fill:var(--bad)}
.step{stroke:var(--fg);stroke-width:1;vector-effect:non-scaling-stroke;opacity:.5}
.session{border:1px solid var(--line);border-radius:.5rem;margin-top:.6rem;padding:0 1.1rem;content-visibility:auto;contain-intrinsic-size:auto 60rem}
.session[open]{margin:1.2rem 0;padding-bottom:.8rem}
.session:not([open]){contain-intrinsic-size:auto 2.9rem}
.session>summary{cursor:pointer;margin:0 -1.1rem;padding:.55rem 1.1rem;border-radius:.5rem}
.session>summary:hover{background:var(--card)}
.session>summary h2{display:inline;font-size:1.05rem;margin:0 .8rem 0 0}
.session[open]>summary h2{font-size:1.2rem}
.brief{color:var(--dim);font-size:.93em}
.brief code{margin-right:.6rem}
.verdict{font-size:1.05rem}
.sure{color:var(--dim)}
.finding{border-left:4px solid var(--line);background:var(--card);padding:.6rem 1rem;margin:.7rem 0;border-radius:0 .3rem .3rem 0}
.finding h3,.finding h2{margin:.1rem 0 .3rem;font-size:1rem}
.finding h4:first-child{margin-top:.4rem}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(26rem,100%),1fr));gap:0 2.5rem;align-items:start}
.finding .small{margin:.5rem 0 0}
td.c-lasted{white-space:nowrap}
.absent td{font-style:italic}
.finding h3 small{margin-left:.4rem}
.f-error{border-color:var(--bad)}.f-warning{border-color:var(--warn)}.f-note{border-color:var(--live)}
.filters{margin:.5rem 0;color:var(--dim)}
.filters summary{cursor:pointer}
.copy{display:none}
.scripted .copy{display:inline-block}
.waterfall{min-width:48rem;font-size:.93em}
.waterfall th.c-time,.waterfall td.c-time{width:38%}
.waterfall th[scope=row]{color:var(--fg)}
.chart{margin:.5rem 0;min-width:0}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:.8rem 2rem}
.charts .chart{display:grid;grid-template-rows:subgrid;grid-row:span 3;row-gap:0}
.charts figcaption{align-self:end}
.chart figcaption{display:flex;flex-wrap:wrap;gap:.1rem 1rem;margin-bottom:.2rem}
.chart figcaption b{color:var(--fg);font-weight:600}
.chart .small{margin:.1rem 0 0}
.plot{display:block;width:100%;overflow:visible}
.plot text{font-size:12px;fill:var(--dim)}
.plot .tick{font-size:11px}
.plot path{vector-effect:non-scaling-stroke}
.plot .quiet{text-anchor:middle;fill:var(--warn)}
.axis,.grid{stroke:var(--line);fill:none}
.grid{stroke:var(--grid)}
.k-client{stroke:var(--open);fill:var(--open);fill-opacity:.35;stroke-width:1.5}
.k-server{stroke:var(--tls);fill:var(--tls);fill-opacity:.35;stroke-width:1.5}
.k-area{stroke-width:1;stroke-linejoin:round}
.k-dots{fill:none;stroke-width:5;stroke-linecap:round}
.k-ping{stroke:var(--upgrade)}
.k-pong{stroke:var(--subprotocol)}
.k-end{stroke:var(--bad);stroke-width:1.5}
.k-silence{fill:var(--warnbg)}
.key .k-ping,.key .k-pong{stroke-width:8}
.ladder{font-size:.85rem;min-width:52rem}
.ladder td{border:0;padding:.12rem .6rem}
.ladder .c-at,.ladder .c-delta,.ladder .c-packet{white-space:nowrap;text-align:right;width:1%}
.ladder th:nth-child(-n+3){text-align:right}
.ladder .c-delta,.ladder .c-packet{color:var(--dim)}
.ladder .c-note{color:var(--dim);font-family:system-ui,sans-serif}
@media(hover:hover){.ladder tbody tr:not(.pause,:target):hover{background:var(--card)}}
.messages{margin:1.6rem 0 0}.messages summary{cursor:pointer}.sent tr[hidden]{display:none}.sent .c-text{width:60%}.sent .c-from{white-space:nowrap}.sent pre{margin:.3rem 0;white-space:pre-wrap}
.messages h3{display:inline;margin:0}.sent{font-size:.88rem;min-width:44rem}
.ladder button,.link{font:inherit;color:var(--link);background:none;border:0;padding:0;cursor:default}
.scripted .ladder button,.scripted .link{cursor:copy}
.ladder .line{width:40%;min-width:22rem;border-left:2px solid var(--line);border-right:2px solid var(--line);padding:.12rem 0}
.ladder th.line{border-color:transparent;padding:.3rem .2rem}
.ladder th.line div{display:flex}
.ladder th.line span{flex:1 1 0;text-align:center;min-width:0}
.ladder th.line span:first-child{text-align:left}
.ladder th.line span:last-child{text-align:right}
.lanes{min-width:60rem}
.lanes .line{width:27%;min-width:15rem}
.lanes-3{min-width:74rem}
.lanes-3 .line{width:23%;min-width:14rem}
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
.run b{display:inline-block;margin:0 .5rem}
.e-tcp .line{color:var(--tcp)}.e-data .line{color:var(--open)}.e-close .line{color:var(--fg)}
.e-bad .line{color:var(--bad)}.e-again .line,.e-gap .line{color:var(--warn)}
.e-bad .arrow b{color:var(--bad)}.e-again .arrow b,.e-gap .arrow b{color:var(--warn)}
.e-again .arrow{border-bottom-style:dashed}.e-gap .arrow{border-bottom-style:dotted}
.ladder .c-at{color:var(--fg)}
.proof .c-packet,.proof .c-at{font-weight:700}
mark{background:var(--mark);color:var(--fg);padding:0 .3rem;border-radius:.2rem}
.ladder tr:target,.overview tr:target{background:var(--mark);outline:2px solid var(--warn);outline-offset:-1px}
.ladder tr:target .c-delta,.ladder tr:target .c-note,.ladder tr:target .c-packet,.overview tr:target small{color:var(--fg)}
.ladder tr:target mark{background:none;font-weight:600}
.ladder tr:target .run{background:none}
.pause td{text-align:center;color:var(--warn)}
.pause .line span{display:block;background:var(--warnbg);padding:.15rem}
.heads{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:.5rem 2rem;margin:.4rem 0}
.head{min-width:0}
.head h4{margin:.2rem 0}
.head table{font-size:.88em}
.head td,.head th{padding:.15rem .4rem;white-space:normal}
.head th{width:38%;overflow-wrap:normal}
.changes td{width:31%}.changes tbody th[scope=rowgroup]{padding-top:.5rem;font-weight:600}
.wrong{background:var(--badbg)}
.wrong th::before{content:"✗ "}
.wrong th,.wrong td,.problems{color:var(--bad)}
.said{position:fixed;bottom:1rem;right:1rem;margin:0;padding:.4rem .8rem;border-radius:.3rem;background:var(--fg);color:var(--bg);max-width:min(40rem,90vw)}
.said:empty{display:none}
footer{border-top:1px solid var(--line);margin-top:2rem;color:var(--dim)}
@media screen and (max-width:48rem){
.odd,.plot .narrow{display:none}
h1{font-size:1.3rem}
.answer{grid-template-columns:1fr;gap:0}.answer dt{margin-top:.4rem}
.overview,.overview td,.waterfall,.waterfall tbody,.waterfall td,.waterfall th,.sent,.sent tbody,.sent td{display:block;min-width:0}
.overview thead,.waterfall thead,.sent thead,.ladder th:not(.line){display:none}
.overview tr{padding:.6rem 0;grid-template-columns:auto auto 1fr;gap:0 .8rem;contain-intrinsic-size:auto 9rem}
.overview td{border:0;padding:.1rem 0}
.overview .c-where,.overview .c-verdict,.overview td.c-time{grid-column:1/-1}
.overview .c-where{order:2}.overview .c-verdict{order:3}.overview td.c-time{order:4;padding:.4rem 0 0}
.overview .c-id::before{content:${JSON.stringify(`${session} `)}}
.overview .c-outcome small{display:inline;margin-left:.4rem}
.overview td.c-lasted{text-align:right}
.session{margin-left:-.3rem;margin-right:-.3rem;padding:0 .8rem}
.session>summary{margin:0 -.8rem;padding:.55rem .8rem}
.brief{display:block}
.finding{margin-left:-.3rem;margin-right:-.3rem;padding:.5rem .8rem}
.waterfall tr{display:grid;grid-template-columns:7rem auto 1fr;gap:0 .8rem;padding:.5rem 0;border-bottom:1px solid var(--line)}
.waterfall td,.waterfall th,.sent td{border:0;padding:.05rem 0;width:auto!important}
.waterfall td.c-lasted{text-align:right}
.waterfall .c-time,.waterfall .c-detail,.waterfall .c-packets{grid-column:1/-1}
.waterfall .c-packets{color:var(--dim)}
.sent tr{display:grid;grid-template-columns:auto auto auto 1fr;gap:0 .8rem;padding:.4rem 0;border-bottom:1px solid var(--line)}
.sent .c-text{grid-column:1/-1}
.sent .c-lasted{text-align:right}
.ladder,.ladder thead,.ladder tbody,.ladder tr,.ladder td,.ladder th.line{display:block;min-width:0;width:auto!important}
.ladder tr{display:grid;grid-template-columns:auto auto 1fr;padding:.25rem 0}
.ladder .c-at,.ladder .c-delta,.ladder .c-packet{text-align:left;padding:.12rem .4rem}
.ladder .c-packet{text-align:right}
.ladder .c-packet::before,.sent .c-packet::before{content:${JSON.stringify(`${packet} `)}}
.ladder .line{grid-column:1/-1;grid-row:2;min-width:0}
.ladder .c-note{grid-column:1/-1;padding:.12rem .4rem}
.lanes tbody tr{grid-template-columns:repeat(6,1fr)}
.lanes .c-at,.lanes .c-delta,.lanes .c-packet{grid-column:span 2}
.lanes .line{grid-column:span 3}.lanes-3 .line{grid-column:span 2}.lanes .c-note{grid-column:1/-1}
.lanes .line+.line{border-left:0}
.lanes .arrow{padding:0 .7rem}.lanes .arrow b{white-space:normal}
.pause .line,.lanes .pause .line,.ladder thead .line{grid-row:1;grid-column:1/-1}
.ladder .pause td:not(.line),.ladder td:empty:not(.c-delta,.line),.waterfall td:empty{display:none}
}
@page{margin:14mm 12mm}
@media print{
body{max-width:none;padding:0;font-size:10pt}
.controls,.theme,.copy,.skip,.back,.said,.filters{display:none!important}
.scroll{overflow:visible}
.overview,.ladder,.waterfall,.sent{min-width:0}
.overview tr{grid-template-columns:2rem 2.4fr 4.4rem 4.2rem 3.4fr 2fr;font-size:.9em}
.overview td,.overview th,.ladder td,.ladder th,.waterfall td,.waterfall th{padding-left:.3rem;padding-right:.3rem}
.overview .ticks text{font-size:8px}
.waterfall th.c-time,.waterfall td.c-time{width:28%}
.waterfall .ticks{display:none}
.sides,.charts,.heads{grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr))}
.chart .odd{display:none}
.session,.overview tr{content-visibility:visible}.session{border:0;padding:0}.session~.session{break-before:page}
.session>summary{list-style:none;margin:0;padding:0}
.ladder{font-size:.8rem}.ladder .line{min-width:15rem}.lanes .line{min-width:8rem;width:25%}.lanes .arrow{padding:0 .6rem}.lanes .arrow b{white-space:normal}
tr,.finding,.chart,.head{break-inside:avoid}
h2,h3,h4,summary{break-after:avoid}
*{print-color-adjust:exact}
details::details-content{content-visibility:visible;height:auto}
}
`;
