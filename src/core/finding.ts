// A note of a checker: about a document, a plan or a live system. Severity "error" means: nothing may go on from here.

export type Severity = 'error' | 'warning' | 'info';

export interface Finding {
  readonly severity: Severity;
  /** What the note is about: a node set, a wave, a driver, a place in a file. */
  readonly target: string;
  /** Stable kebab-case name of the rule, for scripts. */
  readonly rule: string;
  readonly message: string;
}

export function hasErrors(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.severity === 'error');
}
