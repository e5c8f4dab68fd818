// Arrays of numbers as base64 of their little-endian bytes: 100,000 targets are one short string. Without zod, for the console as well.

const CHUNK = 0x8000;

export function packBytes(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += CHUNK) text += String.fromCharCode(...bytes.subarray(i, i + CHUNK));
  return btoa(text);
}

export function unpackBytes(packed: string): Uint8Array {
  return Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
}

type Numbers = Float32Array | Float64Array | Uint32Array | Int32Array;

export function packNumbers(numbers: Numbers): string {
  return packBytes(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength));
}

export const unpackFloat32 = (packed: string): Float32Array => new Float32Array(unpackBytes(packed).buffer);
export const unpackFloat64 = (packed: string): Float64Array => new Float64Array(unpackBytes(packed).buffer);
export const unpackUint32 = (packed: string): Uint32Array => new Uint32Array(unpackBytes(packed).buffer);
export const unpackInt32 = (packed: string): Int32Array => new Int32Array(unpackBytes(packed).buffer);
