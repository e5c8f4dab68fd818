// What a simulated BMC answers to GET: Redfish documents of its state, by path.
import type { JsonObject } from '../../src/std/json.ts';
import type { Bmc } from './bmc.ts';
import {
  ACCOUNTS,
  ACTIONS,
  BASEBOARD,
  CHASSIS,
  EROT,
  INVENTORY,
  MANAGER,
  MANAGER_RESET_INFO,
  ROLES,
  ROOT,
  SESSIONS,
  SYSTEM,
} from './paths.ts';
import { TASKS, taskDocument } from './tasks.ts';

/** The document at the path; null: there is none. `expand` puts the members into a collection. */
export function documentOf(bmc: Bmc, path: string, expand: boolean): JsonObject | null {
  const members = membersOf(bmc, path);
  if (members) return collection(path, members, (member) => (expand ? documentOf(bmc, member, false) : null));
  const fixed = services(bmc)[path] ?? machine(bmc)[path];
  if (fixed) return { '@odata.id': path, ...fixed };
  return inventoryItem(bmc, path) ?? account(bmc, path) ?? sessionOrTask(bmc, path);
}

function membersOf(bmc: Bmc, path: string): string[] | null {
  const lists: { readonly [path: string]: () => string[] } = {
    '/redfish/v1/Systems': () => [BASEBOARD, SYSTEM],
    '/redfish/v1/Chassis': () => [CHASSIS, EROT],
    '/redfish/v1/Managers': () => [MANAGER],
    [SESSIONS]: () => [...bmc.sessions.values()].map((session) => `${SESSIONS}/${session.id}`),
    [TASKS]: () => bmc.firmware.tasks.map((task) => `${TASKS}/${task.id}`),
    [ACCOUNTS]: () => users(bmc).map(({ user }) => `${ACCOUNTS}/${user}`),
    [ROLES]: () => [`${ROLES}/Administrator`, `${ROLES}/ReadOnly`],
    ...(bmc.settings.updateService ? { [INVENTORY]: () => [...bmc.firmware.components.keys()].map((id) => `${INVENTORY}/${id}`) } : {}),
  };
  return lists[path]?.() ?? null;
}

function collection(path: string, members: readonly string[], expanded: (member: string) => JsonObject | null): JsonObject {
  return {
    '@odata.id': path,
    '@odata.type': '#Collection.Collection',
    Name: 'Collection',
    'Members@odata.count': members.length,
    Members: members.map((member) => expanded(member) ?? link(member)),
  };
}

function services(bmc: Bmc): { readonly [path: string]: JsonObject } {
  const { updateService, expand } = bmc.settings;
  const root = {
    '@odata.type': '#ServiceRoot.v1_15_0.ServiceRoot',
    Id: 'RootService',
    Name: `BMC of ${bmc.node}`,
    RedfishVersion: '1.17.0',
    UUID: bmc.uuid,
    Vendor: 'Pitstop',
    ProtocolFeaturesSupported: { ExpandQuery: { ExpandAll: expand, Levels: expand, NoLinks: expand, Links: expand, MaxLevels: 1 } },
    Systems: link('/redfish/v1/Systems'),
    Chassis: link('/redfish/v1/Chassis'),
    Managers: link('/redfish/v1/Managers'),
    SessionService: link('/redfish/v1/SessionService'),
    AccountService: link('/redfish/v1/AccountService'),
    Tasks: link('/redfish/v1/TaskService'),
    ...(updateService ? { UpdateService: link('/redfish/v1/UpdateService') } : {}),
    Links: { Sessions: link(SESSIONS) },
  };
  return {
    [ROOT]: root,
    '/redfish/v1': root,
    '/redfish/v1/SessionService': { Id: 'SessionService', Name: 'Sessions', ServiceEnabled: true, Sessions: link(SESSIONS) },
    '/redfish/v1/AccountService': { Id: 'AccountService', Name: 'Accounts', Accounts: link(ACCOUNTS), Roles: link(ROLES) },
    '/redfish/v1/TaskService': { Id: 'TaskService', Name: 'Tasks', ServiceEnabled: true, Tasks: link(TASKS) },
    ...(updateService ? { '/redfish/v1/UpdateService': updates() } : {}),
    [`${ROLES}/Administrator`]: {
      Id: 'Administrator',
      Name: 'Role',
      AssignedPrivileges: ['Login', 'ConfigureManager', 'ConfigureComponents'],
    },
    [`${ROLES}/ReadOnly`]: { Id: 'ReadOnly', Name: 'Role', AssignedPrivileges: ['Login', 'ConfigureSelf'] },
  };
}

function updates(): JsonObject {
  return {
    '@odata.type': '#UpdateService.v1_11_0.UpdateService',
    Id: 'UpdateService',
    Name: 'Updates',
    ServiceEnabled: true,
    MultipartHttpPushUri: ACTIONS.push,
    MaxImageSizeBytes: 64 * 1_048_576,
    FirmwareInventory: link(INVENTORY),
    Actions: {
      '#UpdateService.SimpleUpdate': { target: ACTIONS.simpleUpdate, 'TransferProtocol@Redfish.AllowableValues': ['HTTP', 'HTTPS'] },
    },
  };
}

function machine(bmc: Bmc): { readonly [path: string]: JsonObject } {
  const { settings, clock } = bmc;
  return {
    [SYSTEM]: {
      '@odata.type': '#ComputerSystem.v1_22_0.ComputerSystem',
      Id: 'System_0',
      Name: 'System_0',
      HostName: bmc.node,
      SystemType: 'Physical',
      UUID: bmc.uuid,
      SerialNumber: `S-${bmc.uuid.slice(0, 8)}`,
      PowerState: bmc.shownPower,
      PowerRestorePolicy: settings.restorePolicy,
      Status: { State: 'Enabled', Health: 'OK' },
      Boot: { BootSourceOverrideEnabled: 'Disabled', BootSourceOverrideTarget: 'None' },
      Links: { Chassis: [link(CHASSIS)], ManagedBy: [link(MANAGER)] },
      Actions: { '#ComputerSystem.Reset': { target: ACTIONS.system, 'ResetType@Redfish.AllowableValues': settings.resetTypes } },
    },
    [BASEBOARD]: {
      '@odata.type': '#ComputerSystem.v1_22_0.ComputerSystem',
      Id: 'HGX_Baseboard_0',
      Name: 'HGX_Baseboard_0',
      SystemType: 'Physical',
      PowerState: 'On',
      Links: { ManagedBy: [link(MANAGER)] },
    },
    [CHASSIS]: {
      '@odata.type': '#Chassis.v1_22_0.Chassis',
      Id: 'BMC_0',
      Name: 'BMC_0',
      ChassisType: 'Module',
      Links: { ManagedBy: [link(MANAGER)], ComputerSystems: [link(SYSTEM)] },
      Actions: chassisActions(settings.acCycle),
    },
    [EROT]: {
      '@odata.type': '#Chassis.v1_22_0.Chassis',
      Id: 'HGX_ERoT_BMC_0',
      Name: 'HGX_ERoT_BMC_0',
      ChassisType: 'Component',
      Oem: { Nvidia: { AutomaticBackgroundCopyEnabled: true, BackgroundCopyStatus: bmc.firmware.copying ? 'InProgress' : 'Completed' } },
    },
    [MANAGER]: {
      '@odata.type': '#Manager.v1_18_0.Manager',
      Id: 'BMC_0',
      Name: 'BMC_0',
      ManagerType: 'BMC',
      DateTime: new Date(clock.now() + settings.clockAheadSeconds * 1_000).toISOString(),
      Actions: { '#Manager.Reset': { target: ACTIONS.manager, '@Redfish.ActionInfo': MANAGER_RESET_INFO } },
    },
    [MANAGER_RESET_INFO]: {
      Id: 'ResetInfo',
      Name: 'ResetInfo',
      Parameters: [{ Name: 'ResetType', DataType: 'String', AllowableValues: ['GracefulRestart', 'ForceRestart'] }],
    },
  };
}

function chassisActions(acCycle: 'chassis' | 'oem' | 'none'): JsonObject {
  if (acCycle === 'none') return {};
  if (acCycle === 'chassis') {
    return { '#Chassis.Reset': { target: ACTIONS.chassis, 'ResetType@Redfish.AllowableValues': ['PowerCycle', 'FullPowerCycle'] } };
  }
  const values = ['AuxPowerCycle', 'AuxPowerCycleForce'];
  return { Oem: { '#NvidiaChassis.AuxPowerReset': { target: ACTIONS.auxPower, 'ResetType@Redfish.AllowableValues': values } } };
}

function inventoryItem(bmc: Bmc, path: string): JsonObject | null {
  const component = path.startsWith(`${INVENTORY}/`) ? bmc.firmware.components.get(path.slice(INVENTORY.length + 1)) : undefined;
  if (!component || !bmc.settings.updateService) return null;
  const { id, running, updateable, staged } = component;
  const state = staged === null ? 'Enabled' : 'StandbySpare';
  return {
    '@odata.id': path,
    '@odata.type': '#SoftwareInventory.v1_9_0.SoftwareInventory',
    Id: id,
    Name: 'Software Inventory',
    Version: running,
    Updateable: updateable,
    Status: { State: state, Health: 'OK' },
  };
}

export function users(bmc: Bmc): { readonly user: string; readonly password: string; readonly role: 'Administrator' | 'ReadOnly' }[] {
  const { user, password, viewer } = bmc.settings;
  return [{ user, password, role: 'Administrator' }, ...(viewer ? [{ ...viewer, role: 'ReadOnly' as const }] : [])];
}

function account(bmc: Bmc, path: string): JsonObject | null {
  const found = users(bmc).find(({ user }) => path === `${ACCOUNTS}/${user}`);
  if (!found) return null;
  const role = `${ROLES}/${found.role}`;
  return { '@odata.id': path, Id: found.user, Name: 'Account', UserName: found.user, RoleId: found.role, Links: { Role: link(role) } };
}

function sessionOrTask(bmc: Bmc, path: string): JsonObject | null {
  const task = bmc.firmware.tasks.find(({ id }) => path === `${TASKS}/${id}`);
  if (task) return taskDocument(task);
  const session = [...bmc.sessions.values()].find(({ id }) => path === `${SESSIONS}/${id}`);
  return session ? { '@odata.id': path, Id: session.id, Name: 'Session', UserName: session.user } : null;
}

function link(path: string): JsonObject {
  return { '@odata.id': path };
}
