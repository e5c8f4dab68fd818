// What a picture of the fabric says of one target: a node, a switch or a link by name.
import { parseLink } from '../../core/fleet/topology.ts';
import type { FabricFacts, Observation } from '../../core/ports.ts';
import type { FabricHost, FabricSwitch } from './netdiscover.ts';
import { isAggregationNode } from './names.ts';
import type { Picture, SeenLink } from './picture.ts';

export function observationOf(target: string, picture: Picture): Observation {
  const hosts = picture.nodes.get(target)?.map(({ host }) => host);
  const switches = picture.switches.get(target);
  if (hosts && switches) return blind(target, picture, `a host and a switch are both called ${target}`);
  if (hosts) return ofDevices(target, picture, hosts);
  if (switches) return ofDevices(target, picture, switches);
  const ends = parseLink(target);
  return ends ? ofLink(target, picture, ends) : absent(target, picture, `nothing in the fabric is called ${target}`);
}

function ofDevices(target: string, picture: Picture, devices: readonly (FabricHost | FabricSwitch)[]): Observation {
  const doubt = devices.map(({ guid }) => picture.doubts.get(guid)).find((why) => why !== undefined);
  if (doubt !== undefined) return blind(target, picture, doubt);
  const links = [...new Set(devices.flatMap(({ guid }) => picture.linksOf.get(guid) ?? []))];
  const [only, ...others] = devices;
  const alone = others.length === 0 && only ? only : null;
  const lid = alone === null ? null : 'lid' in alone ? alone.lid : (alone.ports[0]?.lid ?? null);
  return seen(target, picture, links, { guid: alone?.guid ?? null, lid });
}

function ofLink(target: string, picture: Picture, ends: NonNullable<ReturnType<typeof parseLink>>): Observation {
  const turned = `${ends.to}/${ends.toPort}--${ends.from}/${ends.fromPort}`;
  const link = picture.links.get(target) ?? picture.links.get(turned);
  if (link) {
    const doubt = link.doubt ?? picture.doubts.get(link.a.guid) ?? picture.doubts.get(link.b.guid);
    if (doubt !== undefined) return blind(target, picture, doubt);
    return seen(target, picture, [{ ...link, facts: { ...link.facts, link: target } }], { guid: null, lid: null });
  }
  return ofMissingLink(target, picture, ends.to, ends.toPort);
}

/** The port of the switch may say that it is down; a host that is gone says nothing. */
function ofMissingLink(target: string, picture: Picture, name: string, port: string): Observation {
  const all = picture.switches.get(name) ?? [];
  const [one] = all;
  if (!one) return absent(target, picture, `no switch ${name} is seen`);
  const doubt = all.map(({ guid }) => picture.doubts.get(guid)).find((why) => why !== undefined);
  if (doubt !== undefined) return blind(target, picture, doubt);
  const other = picture.linksOf.get(one.guid)?.find(({ a, b }) => [a, b].some((end) => end.guid === one.guid && String(end.port) === port));
  if (other) return absent(target, picture, `port ${port} of ${name} has another link: ${other.facts.link}`);
  const state = picture.ports.get(`${one.guid} ${port}`)?.state;
  if (state !== 'down') return absent(target, picture, `${name} shows no port ${port}`);
  const facts = { link: target, state, width: null, speed: null, errors: {} } as const;
  const end = { guid: one.guid, port: Number(port) };
  return seen(target, picture, [{ facts, doubt: null, a: end, b: end }], { guid: null, lid: null });
}

function seen(target: string, picture: Picture, links: readonly SeenLink[], own: Pick<FabricFacts, 'guid' | 'lid'>): Observation {
  const facts: FabricFacts = {
    role: 'fabric',
    present: true,
    ...own,
    links: links.map((link) => link.facts).toSorted((a, b) => (a.link < b.link ? -1 : 1)),
    managers: picture.managers,
  };
  return { target, at: picture.at, facts, why: picture.sweep.managersWhy };
}

/** It is away for certain only when the sweep has no holes through which it could have slipped. */
function absent(target: string, picture: Picture, why: string): Observation {
  const { graph, unanswered, names } = picture.sweep;
  const [problem] = graph.problems;
  if (problem) return blind(target, picture, `${why}, but the sweep is damaged: line ${problem.line} of ibnetdiscover: ${problem.why}`);
  if (unanswered > 0) return blind(target, picture, `${why}, but ${unanswered} questions of the sweep got no answer`);
  const strangers = picture.unjoined.filter((host) => !isAggregationNode(host));
  const isNamed = [...names.byGuid.values()].some(({ name }) => name === target);
  if (strangers.length > 0 && !isNamed) {
    const [first] = strangers;
    const some = `${first?.guid} "${first?.name}"${strangers.length > 1 ? ` and ${strangers.length - 1} more` : ''}`;
    return blind(target, picture, `${why}, but it may be one of the HCAs that nobody named: ${some}`);
  }
  const facts: FabricFacts = { role: 'fabric', present: false, guid: null, lid: null, links: [], managers: picture.managers };
  return { target, at: picture.at, facts, why };
}

function blind(target: string, picture: Picture, why: string): Observation {
  return { target, at: picture.at, facts: null, why };
}
