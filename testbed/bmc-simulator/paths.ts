// Where this BMC keeps its resources: in places that a client finds by following links, and not by building addresses.

export const ROOT = '/redfish/v1/';
export const SYSTEM = '/redfish/v1/Systems/System_0';
export const BASEBOARD = '/redfish/v1/Systems/HGX_Baseboard_0';
export const MANAGER = '/redfish/v1/Managers/BMC_0';
export const CHASSIS = '/redfish/v1/Chassis/BMC_0';
export const EROT = '/redfish/v1/Chassis/HGX_ERoT_BMC_0';
export const SESSIONS = '/redfish/v1/SessionService/Sessions';
export const INVENTORY = '/redfish/v1/UpdateService/Inventory-of-firmware';
export const ACCOUNTS = '/redfish/v1/AccountService/Accounts';
export const ROLES = '/redfish/v1/AccountService/Roles';
export const MANAGER_RESET_INFO = '/redfish/v1/Managers/BMC_0/ResetInfo';

export const ACTIONS = {
  system: '/redfish/v1/Systems/System_0/do/reset-4711',
  manager: '/redfish/v1/Managers/BMC_0/do/restart',
  chassis: '/redfish/v1/Chassis/BMC_0/do/full',
  auxPower: '/redfish/v1/Chassis/BMC_0/Oem/do/aux-power',
  simpleUpdate: '/redfish/v1/UpdateService/do/fetch-and-write',
  push: '/upload/firmware-image',
} as const;
