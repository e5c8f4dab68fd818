// Which changes may break a job, what to try before the first large one, and what a new version is known to give.
import type { JobBreaker, VersionChange } from './page-data.ts';

interface Area {
  readonly area: string;
  /** Of component names. */
  readonly names: RegExp;
  readonly check: string;
}

/** The first that fits a component is its own. */
const AREAS = [
  {
    area: 'GPU driver, CUDA',
    names: /driver|cuda/,
    check:
      'Containers whose CUDA is newer than the driver runs (nvidia-smi names it), and whatever links libcuda directly. One training step on one node.',
  },
  {
    area: 'NCCL',
    names: /nccl/,
    check:
      'The version your framework was built with, and your NCCL_ variables. All nodes of a job must load the same one. An all-reduce at your usual size.',
  },
  {
    area: 'Network adapters (OFED, HCA firmware)',
    names: /hca|ofed|mlnx|rdma|adapter|nic(?:-|$)/,
    check:
      'RDMA libraries inside your containers, names and order of the devices (NCCL_IB_HCA). An all-reduce between two nodes, then over a whole unit.',
  },
  {
    area: 'Fabric (switches, NVLink)',
    names: /switch|fabric|opensm|sharp|nvlink|nvl/,
    check:
      'Topology files and settings for SHARP and adaptive routing. An all-reduce at the size of your largest job, compared with a number from before.',
  },
  {
    area: 'Host image, kernel',
    names: /host|kernel|image|^os$/,
    check:
      'Modules and containers built against the old kernel, mounts, memory lock limits, device permissions. One job from your own container on one node.',
  },
  {
    area: 'GPU firmware',
    names: /gpu|vbios|tray/,
    check: 'Clocks and power limits under your load, MIG and ECC settings. The time of one training step, compared with before.',
  },
] as const satisfies readonly Area[];

/** Newest CUDA that a driver branch runs without forward compatibility packages, as its release notes say. */
const CUDA_OF_BRANCH: { readonly [branch: string]: string } = {
  525: '12.0',
  530: '12.1',
  535: '12.2',
  545: '12.3',
  550: '12.4',
  555: '12.5',
  560: '12.6',
  565: '12.7',
  570: '12.8',
  575: '12.9',
  580: '13.0',
};

/** In the order of the areas. What no job notices (a BMC, say) is left out. */
export function jobBreakers(changes: readonly VersionChange[]): JobBreaker[] {
  return AREAS.flatMap(({ area, check }) =>
    changes
      .filter(({ component }) => areaOf(component)?.area === area)
      .map(({ component, before, after }) => ({
        area,
        component,
        before: before.length === 0 ? null : before.map(({ version }) => version).join(', '),
        after,
        check,
        gives: area === AREAS[0].area ? cudaOf(after) : null,
      })),
  );
}

function areaOf(component: string): Area | undefined {
  return AREAS.find(({ names }) => names.test(component.toLowerCase()));
}

function cudaOf(version: string): string | null {
  const cuda = CUDA_OF_BRANCH[/^(\d{3})(?:\.|$)/.exec(version)?.[1] ?? ''];
  return cuda === undefined ? null : `runs CUDA up to ${cuda}`;
}
