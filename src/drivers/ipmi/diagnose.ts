// For `doctor`: is ipmitool there, does every BMC let us in with the rights we need, and is anything about the login unsafe?
import { foldNames } from '../../core/fleet/nodeset.ts';
import type { Finding, Severity } from '../../core/finding.ts';
import { lookAt } from './look.ts';
import type { IpmiTool } from './tool.ts';

/** Suites without encryption: whoever listens reads what we send. */
const PLAIN_SUITES: ReadonlySet<number> = new Set([1, 2, 6, 7, 11, 15, 16]);

export async function diagnoseIpmi(tool: IpmiTool, targets: readonly string[], signal: AbortSignal): Promise<Finding[]> {
  const said = await tool.version(signal);
  if (said.kind !== 'said' || !/version/i.test(said.stdout)) {
    return [finding('error', 'ipmi-tool', said.kind === 'said' ? `not ipmitool: ${said.words}` : said.words, 'ipmi')];
  }
  const { cipher, privilege, user } = tool.settings;
  const findings = [finding('info', 'ipmi-tool', said.words, 'ipmi')];
  if (PLAIN_SUITES.has(cipher)) {
    findings.push(
      finding('warning', 'ipmi-cipher', `cipher suite ${cipher} does not encrypt: use 17, or 3 where a BMC has no other`, 'ipmi'),
    );
  }
  const seen = await Promise.all(targets.map((target) => lookAt(tool, target, signal)));
  const answering = seen.filter((one) => one.facts !== null).map((one) => one.target);
  if (answering.length > 0) {
    findings.push(finding('info', 'ipmi-answers', `${answering.length} BMCs let ${user} in as ${privilege}`, foldNames(answering)));
  }
  return [...findings, ...seen.flatMap((one) => (one.facts === null ? [finding('error', 'ipmi-answers', one.why, one.target)] : []))];
}

function finding(severity: Severity, rule: string, message: string, target: string): Finding {
  return { severity, target, rule, message };
}
