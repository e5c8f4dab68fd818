// Names as integers for `draw`: chance hangs on what a thing is called, so two plans over the same fleet share it.

/** FNV-1a (Fowler, Noll, Vo; public domain) over the UTF-16 units of the name, as a signed 32-bit integer. */
export function keyOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash | 0;
}
