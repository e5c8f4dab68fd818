// The tasks of one BMC: percent that advances with the clock, an end that was told, messages.
import type { JsonObject } from '../../src/std/json.ts';

interface TaskMessage {
  readonly id: string;
  readonly text: string;
  readonly severity: 'OK' | 'Warning' | 'Critical';
}

export interface Payload {
  readonly targetUri: string;
  readonly headers: readonly string[];
  readonly jsonBody: string;
}

export interface Task {
  readonly id: string;
  readonly name: string;
  readonly startedAt: number;
  readonly payload: Payload | null;
  state: 'Running' | 'Completed' | 'Exception' | 'Cancelled';
  endedAt: number | null;
  percent: number;
  readonly messages: TaskMessage[];
}

export const TASKS = '/redfish/v1/TaskService/Queue';

export function taskDocument(task: Task): JsonObject {
  const bad = task.state === 'Exception' || task.state === 'Cancelled';
  return {
    '@odata.id': `${TASKS}/${task.id}`,
    '@odata.type': '#Task.v1_7_1.Task',
    Id: task.id,
    Name: task.name,
    TaskState: task.state,
    TaskStatus: bad ? 'Critical' : 'OK',
    PercentComplete: task.percent,
    StartTime: new Date(task.startedAt).toISOString(),
    ...(task.endedAt === null ? {} : { EndTime: new Date(task.endedAt).toISOString() }),
    Messages: task.messages.map(({ id, text, severity }) => ({
      '@odata.type': '#Message.v1_1_1.Message',
      MessageId: id,
      Message: text,
      MessageSeverity: severity,
      Severity: severity,
    })),
    ...(task.payload
      ? {
          Payload: {
            HttpOperation: 'POST',
            TargetUri: task.payload.targetUri,
            HttpHeaders: task.payload.headers,
            JsonBody: task.payload.jsonBody,
          },
        }
      : {}),
  };
}
