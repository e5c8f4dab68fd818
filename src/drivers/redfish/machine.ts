// What a BMC manages and by which links: learned after every login by following them from the service root.
import type { JsonObject } from '../../std/json.ts';
import type { BmcClient } from './client.ts';
import { membersOf, type Member } from './collection.ts';
import { at, linkOf, listOf, objectOf, stringOf, stringsOf } from './document.ts';
import { isGone, RedfishError } from './failure.ts';

/** An action whose target takes a ResetType. */
export interface ResetAction {
  readonly target: string;
  /** null: the BMC does not say. */
  readonly types: readonly string[] | null;
}

export interface Machine {
  /** null: none; `why` says so. */
  readonly system: { readonly link: string; readonly uuid: string | null; readonly reset: ResetAction | null } | null;
  readonly why: string;
  readonly manager: { readonly link: string; readonly reset: ResetAction | null } | null;
  /** Of chassis, and of their OEM parts. */
  readonly chassisResets: readonly (ResetAction & { readonly chassis: string })[];
  /** Chassis that tell of a background copy. */
  readonly copies: readonly string[];
  /** Chassis that could not be read, with the words: one of them might have told of a copy. */
  readonly unread: readonly string[];
  readonly updateService: string | null;
  readonly taskService: string | null;
  readonly accountService: string | null;
  readonly expand: boolean;
}

/** `wanted`: Id, Name or UUID of the system, where it was named. Rejects with RedfishError. */
export async function learnMachine(client: BmcClient, wanted: string | null, signal: AbortSignal): Promise<Machine> {
  const root = await client.root(signal);
  const expansion = objectOf(at(root, 'ProtocolFeaturesSupported', 'ExpandQuery'));
  const expand = expansion?.['NoLinks'] === true && expansion['Levels'] === true;
  const list = async (name: string): Promise<Member[]> => {
    const link = linkOf(root[name]);
    try {
      return link === null ? [] : await membersOf(client, link, expand, signal);
    } catch (error) {
      if (isGone(error)) return [];
      throw error;
    }
  };
  const [systems, chassis, managers] = await Promise.all([list('Systems'), list('Chassis'), list('Managers')]);
  const { system, why } = chooseSystem(systems, wanted);
  const link = linkOf(root['Tasks']);
  return {
    system: system && {
      link: system.link,
      uuid: identityOf(system.document),
      reset: await resetOf(client, at(system.document, 'Actions', '#ComputerSystem.Reset'), signal),
    },
    why,
    manager: await chooseManager(client, managers, system?.document ?? null, signal),
    ...(await learnChassis(client, chassis, signal)),
    updateService: linkOf(root['UpdateService']),
    taskService: link,
    accountService: linkOf(root['AccountService']),
    expand,
  };
}

/** What tells one machine from another; null: nothing usable. */
export function identityOf(system: JsonObject): string | null {
  const uuid = stringOf(system['UUID']);
  if (uuid !== null && /^[0-9a-f-]{32,36}$/i.test(uuid) && !/^[0-]*$/.test(uuid)) return `UUID ${uuid.toLowerCase()}`;
  const serial = stringOf(system['SerialNumber']);
  return serial === null ? null : `serial number ${serial}`;
}

type Read = { readonly link: string; readonly document: JsonObject };

function chooseSystem(members: readonly Member[], wanted: string | null): { readonly system: Read | null; readonly why: string } {
  const systems = members.flatMap(({ link, document }) => (document ? [{ link, document }] : []));
  const unread = members.filter(({ document }) => !document).map(({ why }) => why);
  const names = systems.map(({ document }) => stringOf(document['Id']) ?? '?').join(', ');
  if (wanted !== null) {
    const named = systems.find(({ document }) => [document['Id'], document['Name'], document['UUID']].includes(wanted));
    return { system: named ?? null, why: named ? '' : `no computer system is called ${wanted}; there are: ${names || 'none'}` };
  }
  const able = systems.filter(({ document }) => objectOf(at(document, 'Actions', '#ComputerSystem.Reset')));
  const [only] = able.length > 0 ? able : systems;
  if (able.length > 1) return { system: null, why: `several computer systems can be reset (${names}): name one in \`system\`` };
  if (only && (able.length === 1 || systems.length === 1) && unread.length === 0) return { system: only, why: '' };
  if (unread.length > 0 && able.length === 0) throw new RedfishError('nonsense', unread[0] ?? 'no system could be read', { sent: true });
  if (only && able.length === 1) return { system: only, why: '' };
  return { system: null, why: systems.length === 0 ? 'it manages no computer system' : `none of its systems can be reset (${names})` };
}

async function chooseManager(
  client: BmcClient,
  members: readonly Member[],
  system: JsonObject | null,
  signal: AbortSignal,
): Promise<Machine['manager']> {
  const managers = members.flatMap(({ link, document }) => (document ? [{ link, document }] : []));
  const [first] = system ? listOf(at(system, 'Links', 'ManagedBy')).map(linkOf) : [];
  const chosen = managers.find(({ link }) => link === first) ?? (managers.length === 1 ? managers[0] : undefined);
  if (!chosen) return null;
  return { link: chosen.link, reset: await resetOf(client, at(chosen.document, 'Actions', '#Manager.Reset'), signal) };
}

async function learnChassis(
  client: BmcClient,
  members: readonly Member[],
  signal: AbortSignal,
): Promise<Pick<Machine, 'chassisResets' | 'copies' | 'unread'>> {
  const chassis = members.flatMap(({ link, document }) => (document ? [{ link, document }] : []));
  const resets = chassis.flatMap(({ document }) => {
    const actions = objectOf(document['Actions']);
    const own = Object.entries(actions ?? {}).filter(([name]) => name === '#Chassis.Reset');
    const others = Object.entries(objectOf(actions?.['Oem']) ?? {});
    return [...own, ...others].map(([, action]) => ({ id: stringOf(document['Id']) ?? '', action }));
  });
  const learned = await Promise.all(
    resets.map(async ({ id, action }) => {
      const reset = await resetOf(client, action, signal);
      return reset ? [{ ...reset, chassis: id }] : [];
    }),
  );
  return {
    chassisResets: learned.flat(),
    copies: chassis.filter(({ document }) => copyStatusOf(document) !== null).map(({ link }) => link),
    unread: members.filter(({ document, gone }) => !document && !gone).map(({ why }) => why),
  };
}

/** NVIDIA's chassis of a root of trust, and whoever else has an OEM part with that name. */
export function copyStatusOf(chassis: JsonObject): string | null {
  for (const part of Object.values(objectOf(chassis['Oem']) ?? {})) {
    const status = stringOf(objectOf(part)?.['BackgroundCopyStatus']);
    if (status !== null) return status;
  }
  return null;
}

/** Its allowable values stand beside the target, or behind a link. */
async function resetOf(client: BmcClient, action: JsonObject[string] | undefined, signal: AbortSignal): Promise<ResetAction | null> {
  const given = objectOf(action);
  const target = stringOf(given?.['target']);
  if (!given || target === null) return null;
  const inline = stringsOf(given['ResetType@Redfish.AllowableValues']);
  const info = stringOf(given['@Redfish.ActionInfo']);
  if (inline || info === null) return { target, types: inline };
  try {
    const parameters = listOf((await client.get(info, signal))['Parameters']).map(objectOf);
    const type = parameters.find((one) => one?.['Name'] === 'ResetType');
    return { target, types: stringsOf(type?.['AllowableValues']) };
  } catch (error) {
    if (isGone(error)) return { target, types: null };
    throw error;
  }
}
