// What a simulated BMC does on a request: who may, what is read, which action begins.
import { answer, jsonBody, refusal, type Answer, type Asked } from './answer.ts';
import type { Bmc } from './bmc.ts';
import { documentOf, users } from './documents.ts';
import { ACTIONS, INVENTORY, ROOT, SESSIONS } from './paths.ts';
import { partsOf } from './multipart.ts';
import { TASKS, taskDocument, type Payload, type Task } from './tasks.ts';

const IMAGE_FETCH_MS = 10_000;

export function handle(bmc: Bmc, asked: Asked): Answer {
  const { method, path } = asked;
  if (method === 'POST' && (path === SESSIONS || path === `${SESSIONS}/Members`)) return logIn(bmc, asked.body);
  const open = path === ROOT || path === '/redfish/v1' || path === '/redfish';
  const role = roleOf(bmc, asked);
  if (!open && role === null) return refusal(401, 'Base.1.15.NoValidSession', 'There is no valid session established.');
  if (method === 'GET' || method === 'HEAD') return read(bmc, asked);
  if (method === 'DELETE') return logOut(bmc, path);
  if (method !== 'POST') return refusal(405, 'Base.1.15.OperationNotAllowed', 'The method is not allowed.');
  if (role !== 'Administrator')
    return refusal(403, 'Base.1.15.InsufficientPrivilege', 'There are insufficient privileges for the account.');
  return perform(bmc, asked);
}

function read(bmc: Bmc, { path, query }: Asked): Answer {
  if (path === '/redfish') return answer(200, { v1: ROOT });
  const task = bmc.firmware.tasks.find(({ id }) => path === `${TASKS}/${id}/Monitor`);
  if (task) return answer(task.state === 'Running' ? 202 : 200, taskDocument(task));
  const expand = bmc.settings.expand && /(^|&)(\$|%24)expand=/.test(query);
  const document = documentOf(bmc, path, expand);
  return document
    ? answer(200, document)
    : refusal(404, 'Base.1.15.ResourceMissingAtURI', `The resource at the URI ${path} was not found.`);
}

function roleOf(bmc: Bmc, { headers }: Asked): 'Administrator' | 'ReadOnly' | null {
  const token = headers['x-auth-token'];
  if (typeof token === 'string') {
    const session = bmc.sessions.get(token);
    if (!session) return null;
    session.seenAt = bmc.clock.now();
    return users(bmc).find(({ user }) => user === session.user)?.role ?? null;
  }
  const basic = /^Basic (.+)$/.exec(String(headers['authorization'] ?? ''))?.[1];
  if (basic === undefined) return null;
  const text = Buffer.from(basic, 'base64').toString('utf8');
  return users(bmc).find(({ user, password }) => text === `${user}:${password}`)?.role ?? null;
}

function logIn(bmc: Bmc, body: Buffer): Answer {
  const { UserName: name, Password: password } = jsonBody(body) ?? {};
  const known = users(bmc).find((one) => one.user === name && one.password === password);
  if (!known) return refusal(401, 'Base.1.15.ResourceAtUriUnauthorized', 'Invalid user name or password.');
  const session = bmc.open(known.user);
  if (!session) return refusal(503, 'Base.1.15.SessionLimitExceeded', 'The session establishment failed: too many sessions.');
  const at = `${SESSIONS}/${session.id}`;
  return answer(201, documentOf(bmc, at, false), { Location: at, 'X-Auth-Token': session.token });
}

function logOut(bmc: Bmc, path: string): Answer {
  const session = [...bmc.sessions.values()].find(({ id }) => path === `${SESSIONS}/${id}`);
  if (!session) return refusal(404, 'Base.1.15.ResourceMissingAtURI', 'The resource was not found.');
  bmc.sessions.delete(session.token);
  return answer(204);
}

function perform(bmc: Bmc, asked: Asked): Answer {
  if (asked.path === ACTIONS.push && bmc.settings.updateService) return push(bmc, asked);
  const body = jsonBody(asked.body);
  if (!body) return refusal(400, 'Base.1.15.MalformedJSON', 'The request body is no JSON object.');
  const type = typeof body['ResetType'] === 'string' ? body['ResetType'] : '';
  if (asked.path === ACTIONS.system) {
    const why = bmc.reset(type);
    return why === null ? answer(204) : refusal(400, 'Base.1.15.ActionParameterNotSupported', why);
  }
  if (asked.path === ACTIONS.manager) return onlyFor(type, ['GracefulRestart', 'ForceRestart'], () => soon(bmc, () => bmc.restart()));
  if (asked.path === ACTIONS.chassis && bmc.settings.acCycle === 'chassis') {
    return onlyFor(type, ['FullPowerCycle'], () => soon(bmc, () => bmc.acCycle()));
  }
  if (asked.path === ACTIONS.auxPower && bmc.settings.acCycle === 'oem') return auxPower(bmc, type);
  if (asked.path === ACTIONS.simpleUpdate && bmc.settings.updateService) return simpleUpdate(bmc, asked, body);
  return refusal(404, 'Base.1.15.ResourceMissingAtURI', `There is no action at ${asked.path}.`);
}

function auxPower(bmc: Bmc, type: string): Answer {
  if (type === 'AuxPowerCycle' && bmc.hasPower)
    return refusal(400, 'Base.1.15.ActionNotPossible', 'The host must be off for AuxPowerCycle.');
  return onlyFor(type, ['AuxPowerCycle', 'AuxPowerCycleForce'], () => soon(bmc, () => bmc.acCycle()));
}

function onlyFor(type: string, allowed: readonly string[], what: () => void): Answer {
  if (!allowed.includes(type)) {
    return refusal(
      400,
      'Base.1.15.ActionParameterValueNotInList',
      `The value ${type} for ResetType is not in the list of acceptable values.`,
    );
  }
  what();
  return answer(204);
}

/** After the answer is out, as a BMC does that is about to go away. */
function soon(bmc: Bmc, what: () => void): void {
  bmc.clock.after(200, what);
}

function push(bmc: Bmc, asked: Asked): Answer {
  const parts = partsOf(String(asked.headers['content-type'] ?? ''), asked.body);
  const parameters = parts?.find(({ name }) => name === 'UpdateParameters');
  const file = parts?.find(({ name }) => name === 'UpdateFile');
  const json = parameters && jsonBody(parameters.body);
  if (!json || !file || file.filename === null) {
    return refusal(400, 'Base.1.15.MalformedJSON', 'UpdateParameters and UpdateFile are wanted, as multipart/form-data.');
  }
  return begin(bmc, asked, targetsIn(json), Promise.resolve(file.body.toString('utf8')), parameters.body.toString('utf8'), false);
}

function simpleUpdate(bmc: Bmc, asked: Asked, body: { readonly [key: string]: unknown }): Answer {
  const uri = body['ImageURI'];
  if (typeof uri !== 'string' || !/^https?:/.test(uri)) {
    return refusal(400, 'Base.1.15.ActionParameterMissing', 'ImageURI is missing, or is no http address.');
  }
  const image = fetch(uri, { signal: AbortSignal.timeout(IMAGE_FETCH_MS) }).then((found) => (found.ok ? found.text() : ''));
  return begin(bmc, asked, targetsIn(body), image, asked.body.toString('utf8'), true);
}

function begin(bmc: Bmc, asked: Asked, targets: readonly string[] | null, image: Promise<string>, shown: string, isJson: boolean): Answer {
  const { firmware, settings } = bmc;
  const ids = (targets ?? []).map((target) => target.slice(INVENTORY.length + 1));
  if (targets === null || ids.some((id) => !firmware.components.has(id))) {
    return refusal(400, 'Base.1.15.ActionParameterValueFormatError', 'Targets names something that is not in the inventory.');
  }
  if (firmware.busy) return refusal(503, 'Update.1.0.UpdateInProgress', 'An update is in progress.');
  const hidesAll = settings.payload === 'none' || (settings.payload === 'json-only' && !isJson);
  const kept = ['user-agent', 'host', 'content-length'].flatMap((name) => {
    const value = asked.headers[name];
    return typeof value === 'string' ? [`${name.replace(/(^|-)\w/g, (letter) => letter.toUpperCase())}: ${value}`] : [];
  });
  const payload: Payload = { targetUri: asked.path, headers: hidesAll ? [] : kept, jsonBody: hidesAll ? '{}' : shown };
  const task: Task = firmware.start(image, ids, settings.payload === 'none' ? null : payload);
  const at = `${TASKS}/${task.id}`;
  return answer(202, taskDocument(task), { Location: `${at}/Monitor`, 'Retry-After': '1' });
}

function targetsIn(body: { readonly [key: string]: unknown }): readonly string[] | null {
  const targets = body['Targets'] ?? [];
  if (!Array.isArray(targets)) return null;
  const paths = targets.filter((one): one is string => typeof one === 'string' && one.startsWith(`${INVENTORY}/`));
  return paths.length === targets.length ? paths : null;
}
