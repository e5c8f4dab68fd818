import { readFileSync, writeFileSync } from 'node:fs';
let s = readFileSync('bench/scale.ts', 'utf8');
s = s.replace(
  'const zero =',
  "{ const by = new Map(); for (const e of host.chronicle.ended) { const n = host.parts.program.steps[e.step].name; const l = by.get(n) ?? []; l.push(e.to - e.from); by.set(n, l); } for (const [n, l] of by) { l.sort((a, b) => a - b); console.error(n, l[0], l[l.length >> 1], l[Math.floor(l.length * 0.95)], l.at(-1)); } const d=[...host.chronicle.drainedAt].sort((a,b)=>a-b); console.error('drain spread', d.at(-1)-d[0]); const r=[...host.chronicle.returnedAt].sort((a,b)=>a-b); console.error('return spread', r[r.length>>1]-r[0], r.at(-1)-r[0]);}\n  const zero =",
);
writeFileSync('bench/scale.scratch.ts', s);
