// The firmware of one simulated BMC: what runs, what is staged, the one update under way, and the copy after it.
import type { Clock } from '../../src/std/clock.ts';
import type { Activation, BmcSettings, UpdateScript } from './settings.ts';
import type { Payload, Task } from './tasks.ts';

export interface Component {
  readonly id: string;
  readonly activation: Activation;
  readonly updateable: boolean;
  running: string;
  staged: string | null;
}

interface Hands {
  /** The BMC goes down for so long; `back` is called just before it is there again. */
  readonly reboot: (seconds: number, back: () => void) => void;
}

const SIMULATED = 'pitstop-simulated-firmware';
const STEPS = 20;

/** The bytes of an image that brings these versions. */
export function imageOf(versions: { readonly [component: string]: string }): string {
  return JSON.stringify({ [SIMULATED]: versions });
}

export class Firmware {
  readonly components: Map<string, Component>;
  readonly tasks: Task[] = [];
  /** Copy to the second flash. */
  copying = false;
  /** An update that its task no longer tells of. */
  #hidden = false;
  #ids = 0;
  readonly #clock: Clock;
  readonly #script: () => UpdateScript;
  readonly #hands: Hands;

  constructor(clock: Clock, settings: BmcSettings, script: () => UpdateScript, hands: Hands) {
    this.#clock = clock;
    this.#script = script;
    this.#hands = hands;
    this.components = new Map(
      Object.entries(settings.components).map(([id, { version, activation, updateable }]) => [
        id,
        { id, activation, updateable, running: version, staged: null },
      ]),
    );
  }

  get writing(): boolean {
    return this.#hidden || this.tasks.some((task) => task.state === 'Running');
  }

  get busy(): boolean {
    return this.writing || this.copying;
  }

  /** Begins the one update. `image` as bytes, or as a promise of them when the BMC fetches it. */
  start(image: Promise<string>, targets: readonly string[], payload: Payload | null): Task {
    this.#ids += 1;
    const task: Task = {
      id: String(this.#ids),
      name: 'Firmware update',
      startedAt: this.#clock.now(),
      payload,
      state: 'Running',
      endedAt: null,
      percent: 0,
      messages: [{ id: 'TaskEvent.1.0.TaskStarted', text: `The task with id ${this.#ids} has started.`, severity: 'OK' }],
    };
    this.tasks.push(task);
    void this.#run(task, image, targets, this.#script());
    return task;
  }

  /** What was staged for this runs from now on. An AC cycle is also a DC cycle and a reset of the BMC. */
  activate(by: Activation): void {
    for (const component of this.components.values()) {
      if (component.staged === null || (by !== 'ac-cycle' && component.activation !== by)) continue;
      component.running = component.staged;
      component.staged = null;
    }
  }

  loseTasks(): void {
    this.tasks.length = 0;
    this.copying = false;
  }

  async #run(task: Task, image: Promise<string>, targets: readonly string[], script: UpdateScript): Promise<void> {
    const versions = await versionsIn(image);
    if (versions === null) return this.#end(task, 'Exception', 'the image could not be fetched or is not for this machine');
    const wanted = Object.entries(versions).filter(([id]) => targets.length === 0 || targets.includes(id));
    const step = (percent: number): void => {
      if (!this.tasks.includes(task)) return;
      task.percent = Math.round(percent);
      if (script.ends !== 'Completed' && percent >= script.atPercent) return this.#breakOff(task, script);
      if (script.reboot && percent >= script.reboot.atPercent && percent - 100 / STEPS < script.reboot.atPercent) {
        return this.#rebootWithin(task, wanted, script, script.reboot, () => later(percent));
      }
      if (percent >= 100) return this.#complete(task, wanted, script);
      later(percent);
    };
    const later = (percent: number): void => {
      this.#clock.after((script.seconds * 1_000) / STEPS, () => step(percent + 100 / STEPS));
    };
    later(0);
  }

  #breakOff(task: Task, { ends, message }: UpdateScript): void {
    if (ends === 'never' || ends === 'Completed') return;
    if (ends === 'vanishes') this.tasks.splice(this.tasks.indexOf(task), 1);
    else this.#end(task, ends, message);
  }

  #rebootWithin(
    task: Task,
    wanted: readonly [string, string][],
    script: UpdateScript,
    reboot: NonNullable<UpdateScript['reboot']>,
    goOn: () => void,
  ): void {
    this.#hidden = true;
    this.#hands.reboot(reboot.seconds, () => {
      this.#hidden = false;
      if (!reboot.forgets) return goOn();
      this.loseTasks();
      if (reboot.wrote) this.#complete(task, wanted, script);
    });
  }

  #complete(task: Task, wanted: readonly [string, string][], { copySeconds }: UpdateScript): void {
    for (const [id, version] of wanted) {
      const component = this.components.get(id);
      if (!component) continue;
      if (component.activation === 'at-once') component.running = version;
      else component.staged = version;
    }
    this.#end(task, 'Completed', `written: ${wanted.map(([id, version]) => `${id} ${version}`).join(', ')}`);
    if (copySeconds === 0) return;
    this.copying = true;
    this.#clock.after(copySeconds * 1_000, () => {
      this.copying = false;
    });
  }

  #end(task: Task, state: 'Completed' | 'Exception' | 'Cancelled', text: string): void {
    task.state = state;
    task.endedAt = this.#clock.now();
    if (state === 'Completed') task.percent = 100;
    const id = state === 'Completed' ? 'Update.1.0.UpdateSuccessful' : 'Update.1.0.ApplyFailed';
    task.messages.push({ id, text, severity: state === 'Completed' ? 'OK' : 'Critical' });
  }
}

async function versionsIn(image: Promise<string>): Promise<{ readonly [id: string]: string } | null> {
  try {
    const parsed: unknown = JSON.parse(await image);
    if (typeof parsed !== 'object' || parsed === null || !(SIMULATED in parsed)) return null;
    const versions = parsed[SIMULATED];
    if (typeof versions !== 'object' || versions === null) return null;
    return Object.fromEntries(Object.entries(versions).map(([id, version]) => [id, String(version)]));
  } catch {
    return null;
  }
}
