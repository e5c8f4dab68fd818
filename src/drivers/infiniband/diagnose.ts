// For `doctor`: are the tools there, does a sweep work, who is the master, who stands by, and whose HCAs nobody knows.
import type { Finding, Severity } from '../../core/finding.ts';
import { foldNames } from '../../core/fleet/nodeset.ts';
import { showDuration } from '../../std/duration.ts';
import { isAggregationNode } from './names.ts';
import { observationOf } from './observe.ts';
import { pictureOf, type Picture } from './picture.ts';
import type { Sweeper } from './sweep.ts';
import { ToolError, type Tools } from './tools.ts';

const LISTED_MAX = 20;

export async function diagnoseFabric(tools: Tools, sweeper: Sweeper, targets: readonly string[], signal: AbortSignal): Promise<Finding[]> {
  const began = tools.context.clock.now();
  let picture: Picture;
  try {
    picture = pictureOf(await sweeper.look(signal), tools.settings.managers);
  } catch (error) {
    if (error instanceof ToolError) return [finding('error', 'fabric-sweep', error.message)];
    throw error;
  }
  const { graph, info, names } = picture.sweep;
  const took = showDuration(tools.context.clock.now() - began);
  const size = `${graph.hosts.length} HCAs, ${graph.switches.length} switches, ${graph.links.length} links`;
  return [
    finding('info', 'fabric-sweep', `a sweep took ${took}: ${size}`),
    ...problemFindings('fabric-names-file', 'names', names.problems, 'error'),
    ...problemFindings('fabric-damaged', 'ibnetdiscover', graph.problems, 'warning'),
    ...problemFindings('fabric-damaged', 'iblinkinfo', info.problems, 'warning'),
    ...managerFindings(picture, tools),
    ...strangerFindings(picture),
    ...targetFindings(picture, targets),
  ];
}

function managerFindings(picture: Picture, tools: Tools): Finding[] {
  const { managers, sweep } = picture;
  if (managers.length === 0) return [finding('error', 'fabric-master', sweep.managersWhy)];
  const findings: Finding[] = [];
  const masters = managers.filter(({ state }) => state === 'master');
  if (masters.length !== 1) {
    const who = masters.map(({ name }) => name).join(', ');
    findings.push(
      finding('error', 'fabric-master', masters.length === 0 ? 'no subnet manager is master' : `${masters.length} are master: ${who}`),
    );
  }
  if (!managers.some(({ state }) => state === 'standby')) {
    findings.push(finding('warning', 'fabric-standby', 'no subnet manager stands by: without the master nothing new is configured'));
  }
  for (const { name, config } of tools.settings.managers) {
    if (!managers.some((seen) => seen.name === name))
      findings.push(finding('error', 'fabric-manager', 'the fabric does not show it', name));
    if (config !== undefined && (sweep.configs.get(name) ?? null) === null) {
      findings.push(finding('warning', 'fabric-manager-config', 'the command that prints its configuration failed', name));
    }
  }
  const hashes = new Set([...sweep.configs.values()].filter((hash) => hash !== null));
  if (hashes.size > 1) {
    const each = [...sweep.configs].map(([name, hash]) => `${name} ${hash?.slice(0, 8) ?? 'not read'}`).join(', ');
    findings.push(finding('error', 'fabric-manager-config', `the subnet managers are configured differently: ${each}`));
  }
  return findings;
}

function strangerFindings({ unjoined, linksOf }: Picture): Finding[] {
  const strangers = unjoined.filter((host) => !isAggregationNode(host));
  const listed = strangers.slice(0, LISTED_MAX).map((host) => {
    const where =
      linksOf
        .get(host.guid)
        ?.map(({ facts }) => facts.link.split('--')[1])
        .join(', ') || 'nowhere';
    return finding('warning', 'fabric-stranger', `"${host.name}" at ${where} is joined to no node; name it in \`names\``, host.guid);
  });
  const more = strangers.length - listed.length;
  return more > 0 ? [...listed, finding('warning', 'fabric-stranger', `${more} more HCAs are joined to no node`)] : listed;
}

function targetFindings(picture: Picture, targets: readonly string[]): Finding[] {
  const byWhy = new Map<string, string[]>();
  for (const target of targets) {
    if (picture.managers.some(({ name }) => name === target)) continue;
    const { facts, why } = observationOf(target, picture);
    if (facts?.role === 'fabric' && facts.present) continue;
    const reason = why.replaceAll(target, 'it');
    byWhy.set(reason, [...(byWhy.get(reason) ?? []), target]);
  }
  return [...byWhy].map(([why, names]) => {
    const isFoldable = names.every((name) => !name.includes('--'));
    return finding('error', 'fabric-target', why, isFoldable ? foldNames(names) : names.join(', '));
  });
}

function problemFindings(rule: string, where: string, problems: Picture['sweep']['names']['problems'], severity: Severity): Finding[] {
  const listed = problems.slice(0, LISTED_MAX).map(({ line, text, why }) => finding(severity, rule, `${why}: ${text}`, `${where}:${line}`));
  const more = problems.length - listed.length;
  return more > 0 ? [...listed, finding(severity, rule, `${more} more such lines`, where)] : listed;
}

function finding(severity: Severity, rule: string, message: string, target = 'infiniband'): Finding {
  return { severity, target, rule, message };
}
