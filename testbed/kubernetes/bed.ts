// A fake API server with five nodes and the driver on it, and the few moves that its tests make.
import { openKubernetes } from '../../src/drivers/kubernetes/kubernetes.ts';
import type { KubernetesOptions } from '../../src/drivers/kubernetes/options.ts';
import type { Act, Driver, Result, SchedulerFacts } from '../../src/core/ports.ts';
import { wallClock, type Clock } from '../../src/std/clock.ts';
import type { FakeNode } from './cluster.ts';
import { FakeKubernetes } from './server.ts';

export const FIVE = ['n1', 'n2', 'n3', 'n4', 'n5'];
const { signal } = new AbortController();

export class KubernetesBed implements AsyncDisposable {
  readonly fake: FakeKubernetes;
  readonly driver: Driver;
  readonly clock: Clock;
  #keys = 0;

  private constructor(fake: FakeKubernetes, options: KubernetesOptions, speed: number) {
    this.fake = fake;
    this.clock = wallClock(speed);
    this.driver = openKubernetes({ kubeconfig: 'kubeconfig', ...options }, { folder: fake.folder, env: process.env, clock: this.clock });
  }

  static async start(options: KubernetesOptions = {}, speed = 1): Promise<KubernetesBed> {
    return new KubernetesBed(await FakeKubernetes.start(FIVE), options, speed);
  }

  node(name: string): FakeNode {
    const node = this.fake.cluster.nodes.get(name);
    if (!node) throw new Error(`no node ${name}`);
    return node;
  }

  cordon(name: string, reason: string): void {
    const node = this.node(name);
    node.spec.unschedulable = true;
    if (reason !== '') node.metadata.annotations['nodeset.slinky.slurm.net/node-cordon-reason'] = reason;
    this.fake.cluster.touch(node.metadata);
    this.fake.cluster.reconcile();
  }

  jobPod(job: string, index: number, node: string): void {
    const labels = { 'batch.kubernetes.io/job-completion-index': String(index) };
    this.fake.cluster.addPod({ name: `${job}-${index}`, node, owner: { kind: 'Job', name: job }, labels, gpus: 8 });
  }

  act(act: Act, targets: readonly string[]): Promise<Result[]> {
    return this.driver.act({ act, targets, key: `test/${this.#keys++}`, deadline: this.clock.now() + 60_000 }, signal);
  }

  drain(...targets: string[]): Promise<Result[]> {
    return this.act({ role: 'scheduler', do: 'drain', run: 'r1', why: 'new image' }, targets);
  }

  undrain(...targets: string[]): Promise<Result[]> {
    return this.act({ role: 'scheduler', do: 'undrain', run: 'r1' }, targets);
  }

  reserve(...targets: string[]): Promise<Result[]> {
    return this.act({ role: 'scheduler', do: 'reserve', run: 'r1' }, targets);
  }

  unreserve(...targets: string[]): Promise<Result[]> {
    return this.act({ role: 'scheduler', do: 'unreserve', run: 'r1' }, targets);
  }

  async why(node: string): Promise<string> {
    return (await this.driver.observe([node], signal))[0]?.why ?? '';
  }

  async facts(node: string): Promise<SchedulerFacts> {
    const [seen] = await this.driver.observe([node], signal);
    if (seen?.facts?.role !== 'scheduler') throw new Error(`no facts of ${node}: ${seen?.why}`);
    return seen.facts;
  }

  conditions(name: string): { [type: string]: string } {
    return Object.fromEntries(this.node(name).status.conditions.map(({ type, status }) => [type, status]));
  }

  asked(method: string, part: string): number {
    return this.fake.asked.filter((one) => one.method === method && one.path.includes(part)).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver.close();
    await this.fake[Symbol.asyncDispose]();
  }
}
