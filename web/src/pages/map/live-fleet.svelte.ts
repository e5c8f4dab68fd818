// A fleet as the server tells it: names and groups once, what every node shows, and the changes of that as they happen.
import { unpackBytes, unpackFloat32, unpackInt32 } from '../../../../src/api/contract/packed.ts';
import { CellStore, type Colouring, type Groups, type MapFleet } from '../../map/model.ts';
import { api, goingOn, troubleOf, type Answers, type Trouble } from '../../ui/client.ts';

type FleetMapAnswer = Answers['fleets']['map'];
type LayerAnswer = Answers['fleets']['layer'];

export class LiveFleet {
  readonly name: string;
  readonly gpusPerNode: number;
  readonly fleet: MapFleet;
  readonly store: CellStore;
  /** Unix ms of the break; null: the stream is heard. */
  brokenSince = $state<number | null>(null);
  trouble = $state.raw<Trouble | null>(null);
  /** When nodes outside of any run were last looked at; null: never. */
  seenAt = $state<string | null>(null);
  readonly #stop = new AbortController();

  private constructor(answer: FleetMapAnswer) {
    this.name = answer.fleet;
    this.gpusPerNode = answer.gpusPerNode ?? 0;
    this.fleet = {
      names: answer.names,
      switches: answer.switches,
      groups: Object.fromEntries(Object.entries(answer.groups).map(([by, groups]) => [by, unrolled(groups, answer.names.length)])),
    };
    this.store = new CellStore(answer.names.length);
  }

  static async open(name: string): Promise<LiveFleet> {
    return new LiveFleet(await api.fleets.map({ fleet: name }));
  }

  /** Shows what is, and what becomes of it until `stop`. `onend`: the server ended the stream, since the fleet's document changed or it read too slowly: open anew. */
  async follow(onend: () => void): Promise<void> {
    const { signal } = this.#stop;
    const onBreak = (broken: boolean): void => {
      this.brokenSince = broken ? (this.brokenSince ?? Date.now()) : null;
    };
    try {
      const now = await api.fleets.cells({ fleet: this.name }, { signal });
      this.store.load(unpackBytes(now.cells));
      this.seenAt = now.seenAt;
      const changes = await api.fleets.follow({ fleet: this.name }, { signal, context: goingOn(onBreak), lastEventId: String(now.seq) });
      for await (const message of changes) {
        this.brokenSince = null;
        this.store.apply(message.changes);
      }
      if (!signal.aborted) onend();
    } catch (error) {
      if (!signal.aborted) this.trouble = troubleOf(error);
    }
  }

  stop(): void {
    this.#stop.abort();
  }
}

export function colouringOf(layer: LayerAnswer): Colouring {
  if (layer.kind === 'category') return { kind: 'category', names: layer.names, codes: unpackInt32(layer.codes) };
  return { kind: 'number', unit: layer.unit, max: layer.max, values: unpackFloat32(layer.values) };
}

function unrolled({ names, spans }: { names: string[]; spans: [number, number][] }, nodes: number): Groups {
  const of = new Int32Array(nodes).fill(-1);
  let id = 0;
  for (const [group, length] of spans) {
    of.fill(group, id, id + length);
    id += length;
  }
  return { names, of };
}
