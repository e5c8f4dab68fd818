// What the customer's page adds to the look of our pages: forms, node sets to copy, two options side by side.

export const CUSTOMER_STYLE = `
h4{margin:0 0 .25rem;font-size:1rem;font-weight:650}
.figures small{font-size:1rem;font-weight:400;color:var(--soft)}
.asof{color:var(--soft);font-size:.875rem;margin:.5rem 0 0;max-width:none}
td code,th code{white-space:nowrap}
.standing{font-size:1.1875rem;line-height:1.5;margin:1.25rem 0 0}
.notice{margin:1.5rem 0 0;padding:.75rem 1rem;border:1px solid var(--rule);border-left:4px solid var(--accent);background:var(--tint);max-width:78ch}
.notice.refused{border-left-color:var(--warn)}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.375rem 1.5rem;margin:1rem 0;max-width:78ch}
.facts dt{color:var(--soft)}
.facts dd{margin:0}
.set{font:.875rem/1.5 ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace;background:var(--tint);border:1px solid var(--rule);border-radius:3px;margin:.5rem 0;padding:.5rem .75rem;max-height:9rem;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;user-select:all}
.none{color:var(--soft)}
.part{margin:.75rem 0 0}
.words{list-style:none;padding:0;margin:0;max-width:78ch}
.words li{margin:0;padding:.75rem 0;border-bottom:1px solid var(--rule)}
.words li:first-child{padding-top:0}
.words p{margin:.25rem 0}
.when{color:var(--soft);font-size:.875rem}
.later{color:var(--warn)}
td,tbody th{min-width:6rem}
form{border-top:1px solid var(--rule);padding:1rem 0 .5rem;margin:1.25rem 0 0;max-width:64rem}
form h3{margin:0 0 .5rem}
form ol{margin:.5rem 0;padding-left:1.5rem;max-width:78ch}
.field{display:flex;flex-direction:column;gap:.25rem;max-width:44rem}
.beside{display:flex;flex-wrap:wrap;gap:0 1.5rem}
label{font-size:.875rem;color:var(--soft)}
input:not([type=hidden]),textarea{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--soft);border-radius:3px;padding:.375rem .5rem;max-width:100%}
textarea{width:100%;resize:vertical}
textarea[name=targets]{font:.875rem/1.5 ui-monospace,"SF Mono",Menlo,"DejaVu Sans Mono",monospace}
button{font:inherit;font-weight:600;color:var(--ground);background:var(--accent);border:1px solid var(--accent);border-radius:3px;padding:.4375rem 1rem;min-height:2.5rem;cursor:pointer}
button:hover{filter:brightness(1.1)}
.options{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,18rem),1fr));gap:1rem 2rem;margin:1rem 0}
.options>div{display:flex;flex-direction:column;border-top:2px solid var(--ink);padding-top:.5rem}
.options>div>p:last-child{margin-top:auto}
.time{margin:.25rem 0 0}
.time strong{font-size:1.1875rem;font-weight:600}
footer{grid-column:1/-1;border-top:1px solid var(--rule);margin-top:3rem;padding:1rem 0 0;color:var(--soft);font-size:.875rem}
@media (max-width:40rem){
.facts{grid-template-columns:minmax(0,1fr);gap:0}
.facts dd{margin-bottom:.5rem}
}
@media print{
section[aria-labelledby=acts],.controls{display:none}
.set{max-height:none;overflow:visible}
.words li,.notice{break-inside:avoid}
}
`;
