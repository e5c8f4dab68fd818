// What is being written and is not kept yet: in this tab until it is saved, so that a reload loses nothing.

export interface Draft {
  readonly fleet: string;
  readonly change: string;
  readonly policy: string;
}

/** The least that plans 16 nodes; comments say what else may stand there. */
export const BLANK: Omit<Draft, 'fleet'> = {
  change: `# What is wanted, and where. Without targets: all of the fleet.
change: my-change
want: {host-os: "2025.07"}
`,
  policy: `# The limits in force. Everything has a default.
gates: {failureRate: 5%, returned: 95%, soak: 5m}
jobs: {then: wait}
`,
};

const nameOf = (about: string): string => `pitstop-draft-${about}`;

/** null: nothing was left, or it cannot be read. */
export function leftDraft(about: string): Draft | null {
  try {
    const left: unknown = JSON.parse(sessionStorage.getItem(nameOf(about)) ?? 'null');
    return isDraft(left) ? left : null;
  } catch {
    return null;
  }
}

export function leaveDraft(about: string, draft: Draft | null): void {
  if (draft === null) sessionStorage.removeItem(nameOf(about));
  else sessionStorage.setItem(nameOf(about), JSON.stringify(draft));
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== 'object' || value === null) return false;
  return ['fleet', 'change', 'policy'].every((key) => typeof (value as { [key: string]: unknown })[key] === 'string');
}
