// The numbers in node names. "1", "01" and "001" are three different numbers, so each is kept as its digits behind a 1:
// one integer that keeps width and value, sorts by width and then value, and counts on without a gap inside one width.

/** The widest number that is counted; a longer row of digits in a name is plain text. */
export const DIGITS_MAX = 15;

/** "007" becomes 1007. At most DIGITS_MAX digits. */
export function codeOf(digits: string): number {
  return Number(`1${digits}`);
}

/** 1007 becomes "007". */
export function digitsOf(code: number): string {
  return String(code).slice(1);
}

/** "007" and "00" are padded, "7", "0" and "70" are not. */
export function isPadded(digits: string): boolean {
  return digits.length > 1 && digits.startsWith('0');
}
