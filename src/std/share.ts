// Counts and shares as people read them; a share is rounded down, so that what is nearly whole never reads as whole.

/** 1024 -> "1,024". */
export function showCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** "1 node", "1,024 nodes". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${showCount(count)} ${count === 1 ? one : many}`;
}

/** "50 %", "99.9 %", "<0.1 %": one decimal, rounded down; 100 % only when the part is the whole, "-" when there is no whole. */
export function showShare(part: number, whole: number): string {
  if (!(whole > 0) || !Number.isFinite(part / whole)) return '-';
  const tenths = Math.floor((1_000 * part) / whole);
  if (tenths === 0 && part > 0) return '<0.1 %';
  return `${tenths / 10} %`;
}
