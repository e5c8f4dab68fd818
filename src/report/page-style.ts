// How our pages look: calm, one accent, rules instead of boxes, numbers in columns; for a screen in light and dark, and for paper.

export const PAGE_STYLE = `
:root{color-scheme:light dark;--ground:#ffffff;--ink:#1f2328;--soft:#57606a;--rule:#d0d7de;--accent:#0a5f95;--tint:#f3f6f9;--warn:#8a4b00}
*{box-sizing:border-box}
html{scroll-padding-top:1rem}
body{margin:0 auto;padding:0 2rem 4rem;max-width:100rem;background:var(--ground);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;display:grid;grid-template-columns:minmax(0,1fr);column-gap:3rem}
header{padding:2.5rem 0 1.25rem;border-bottom:1px solid var(--rule)}
.kind{margin:0;color:var(--soft);font-size:.8125rem;letter-spacing:.08em;text-transform:uppercase}
h1{margin:.25rem 0 0;font-size:1.875rem;line-height:1.25;font-weight:650;text-wrap:balance;overflow-wrap:anywhere}
h2{margin:3rem 0 .75rem;padding-top:1.25rem;border-top:1px solid var(--rule);font-size:1.25rem;line-height:1.3;font-weight:650}
h3{margin:1.75rem 0 .5rem;font-size:1rem;font-weight:650}
p,ul{max-width:78ch;margin:.75rem 0}
ul{padding-left:1.25rem}
main>p:first-child{font-size:1.1875rem;line-height:1.5;margin-top:1.5rem}
li{margin:.375rem 0}
p,li,td,th{overflow-wrap:break-word}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
code{font:.875em ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;background:var(--tint);padding:.1em .3em;border-radius:3px;overflow-wrap:anywhere}
.skip{position:absolute;left:-999rem}
.skip:focus{left:1rem;top:1rem;background:var(--ground);padding:.5rem 1rem;z-index:1}
nav{font-size:.875rem;padding:1rem 0;border-bottom:1px solid var(--rule)}
nav ol{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
nav li{margin:0}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:1.5rem 2rem;margin:1.75rem 0}
.figures div{border-top:2px solid var(--ink);padding-top:.5rem}
.figures dt{color:var(--soft);font-size:.875rem}
.figures dd{margin:0}
.figures strong{display:block;font-size:1.625rem;line-height:1.25;font-weight:600}
.figures span{color:var(--soft);font-size:.875rem;line-height:1.4;display:block;margin-top:.25rem}
figure{margin:1.25rem 0 1.25rem -1rem;overflow-x:auto}
figure svg{display:block;width:100%;min-width:40rem;max-width:75rem;height:auto}
figure svg[width="640"]{max-width:50rem}
.wide{overflow-x:auto;margin:1rem 0}
table{border-collapse:collapse;min-width:min(100%,36rem);font-size:.9375rem;line-height:1.4}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{text-align:left;vertical-align:top;padding:.4375rem 1.125rem .4375rem 0;border-bottom:1px solid var(--rule);font-weight:400;min-width:4rem;max-width:34rem}
thead th{color:var(--soft);font-size:.8125rem;vertical-align:bottom;border-bottom-color:var(--soft)}
.number{text-align:right}
.short{white-space:nowrap}
.words.long{min-width:9.5rem}
thead .number{text-wrap:balance}
.unseen{font-style:normal;color:var(--warn);white-space:nowrap}
@media (max-width:40rem){
body{padding:0 1.25rem 3rem}
}
@media (min-width:75rem){
body{grid-template-columns:13rem minmax(0,1fr)}
header{grid-column:1/-1}
nav{border:0;padding:1.75rem 0;position:sticky;top:0;align-self:start}
nav ol{display:block}
.figures{grid-template-columns:repeat(4,minmax(0,1fr))}
nav li{margin:.5rem 0;line-height:1.35}
}
@media screen and (prefers-color-scheme:dark){
:root{--ground:#0d1117;--ink:#e6edf3;--soft:#9198a1;--rule:#30363d;--accent:#6accff;--tint:#161b22;--warn:#e3a13c}
}
@media print{
body{display:block;padding:0;max-width:none;font-size:10.5pt}
nav,.skip{display:none}
header{padding-top:0}
h2{margin-top:1.5rem;break-after:avoid}
h3{break-after:avoid}
figure,.wide{overflow:visible}
figure,tr,li,.wide,.figures div{break-inside:avoid}
figure svg{min-width:0;max-width:100%}
figure{margin-left:0}
thead{display:table-header-group}
svg,svg *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
