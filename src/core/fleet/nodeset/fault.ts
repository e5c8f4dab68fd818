// What is wrong with a text that should be a node set, and the way it gets out of the reader.

/** `at` counts UTF-16 units from 0 into the text given; `value` is the piece that is wrong, shortened. */
export interface NodeSetError {
  readonly at: number;
  readonly value: string;
  readonly why: string;
  readonly mend: string;
}

/** Thrown inside the reader only; parseNodeSet hands out `fault`. */
export class NodeSetFault extends Error {
  readonly fault: NodeSetError;

  constructor(at: number, value: string, why: string, mend: string) {
    super(why);
    this.fault = { at, value: clip(value), why, mend };
  }
}

function clip(value: string): string {
  return value.length > 60 ? `${value.slice(0, 57)}...` : value;
}
