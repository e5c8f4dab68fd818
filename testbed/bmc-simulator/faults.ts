// Ways in which a BMC answers badly, and the counting of how often it still will.

export type FaultKind =
  | 'error-500'
  | 'truncated'
  | 'html'
  | 'error-in-200'
  | 'slow'
  | 'hang'
  | 'busy-503'
  | 'foreign-links'
  | 'huge'
  | 'cut';

export interface Fault {
  readonly kind: FaultKind;
  /** Only requests whose "METHOD path" matches; default: all but the service root, so that a client gets in. */
  readonly on?: RegExp;
  /** How often; default: until it is mended. */
  readonly times?: number;
}

/** The faults that are on. */
export class Faults {
  #on: { readonly fault: Fault; left: number }[] = [];

  add(fault: Fault): void {
    this.#on.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
  }

  mend(): void {
    this.#on = [];
  }

  /** The fault that this request meets, counted. */
  take(method: string, path: string): FaultKind | null {
    const asked = `${method} ${path}`;
    const hit = this.#on.find(({ fault, left }) => left > 0 && (fault.on ? fault.on.test(asked) : path !== '/redfish/v1/'));
    if (!hit) return null;
    hit.left -= 1;
    return hit.fault.kind;
  }
}
