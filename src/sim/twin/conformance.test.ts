// The twin as any other driver: what the suites ask of a BMC, an allocator and alerts holds for it, too.
import { allocatorConformance } from '../../../test/conformance/allocator.ts';
import { alertsConformance } from '../../../test/conformance/alerts.ts';
import { bmcConformance } from '../../../test/conformance/bmc.ts';
import { fabricConformance } from '../../../test/conformance/fabric.ts';
import { must } from '../../std/assert.ts';
import { wallClock } from '../../std/clock.ts';
import { twinConfig } from './config.ts';
import { createTwin, type Twin } from './twin.ts';

const HOUR_MS = 3_600_000;
const FIVE = ['n1', 'n2', 'n3', 'n4', 'n5'];
const SOON = { medianMs: 2_000, logSd: 0 };

bmcConformance('twin', async () => {
  const clock = wallClock(10);
  const usual = twinConfig(FIVE, { latencyMs: [0, 10] });
  const firmware = { ...usual.firmware, update: SOON, copyMs: 500, awayMs: 1_000 };
  const twin = createTwin({ ...usual, firmware, durations: { ...usual.durations, reboot: SOON } }, clock);
  return {
    driver: twin.bmc,
    nodes: FIVE,
    clock,
    hasPower: async (node) => powerActs(twin, node).at(-1) !== 'power-off',
    starts: async (node) => powerActs(twin, node).filter((what) => what !== 'power-off').length,
    mute: { begin: async (node) => twin.muteBmc(node, true), end: async (node) => twin.muteBmc(node, false) },
    canAcCycle: true,
    update: { image: '/images/bmc-24.10.fwpkg', component: 'BMC', version: '24.10' },
    stop: async () => twin.close(),
  };
});

allocatorConformance('twin', async () => {
  const clock = wallClock(10);
  const twin = createTwin(twinConfig(FIVE, { latencyMs: [0, 10] }), clock);
  return {
    driver: twin.allocator,
    nodes: FIVE,
    clock,
    place: async (node, id, owner) => twin.place(node, id, owner),
    evict: async (node, id) => twin.evict(node, id),
    foreignHold: async (node, reason) => twin.foreignHold(node, reason),
    session: async (node, whose) => twin.session(node, whose),
    customerRelease: async (nodes, by) => twin.customerRelease(nodes, by),
    customerTake: async (nodes) => twin.customerTake(nodes),
    stop: async () => twin.close(),
  };
});

alertsConformance('twin', async () => {
  const clock = wallClock(10);
  const twin = createTwin(twinConfig(FIVE, { latencyMs: [0, 10], alerts: { afterMs: 0, name: 'NodeDown' } }), clock);
  const over = (target: string): { readonly id: string; readonly run: string | null }[] =>
    twin.silences().filter(({ targets }) => targets.includes(target));
  return {
    driver: twin.alerts,
    targets: FIVE,
    clock,
    fire: async (target) => twin.foreignDrain(target, 'its fan has failed'),
    isSilent: async (target) => over(target).length > 0,
    silenceByOther: async (target) => twin.foreignSilence([target], 'known, ticket 4711', HOUR_MS),
    others: async () => twin.silences().filter(({ run }) => run === null).length,
    endByOther: async (run) => {
      for (const silence of twin.silences()) if (silence.run === run) twin.endSilence(silence.id);
    },
    stop: async () => twin.close(),
  };
});

fabricConformance('twin', async () => {
  const clock = wallClock(10);
  const leafOf = (node: string, rail: number): string => `u${node < 'n3' ? 1 : 2}r${rail}`;
  const switches = ['u1r1', 'u1r2', 'u2r1', 'u2r2', 's1'];
  const links = FIVE.flatMap((node, index) => [1, 2].map((rail) => `${node}/h${rail}--${leafOf(node, rail)}/${index + 1}`));
  const uplinks = switches.slice(0, -1).map((leaf, index) => `s1/${index + 1}--${leaf}/33`);
  const twin = createTwin(
    twinConfig(FIVE, {
      latencyMs: [0, 10],
      fabric: { switches: switches.map((name) => ({ name, role: name === 's1' ? 'spine' : 'leaf' })), links: [...links, ...uplinks] },
      fateOf: (_, what) => (what[0] === '/site/fails' ? { tookMs: 100, exit: 3 } : null),
    }),
    clock,
  );
  const hands = must(twin.hands, 'hands in the fabric');
  const linksAt = (name: string): string[] => hands.links.filter((link) => link.includes(`${name}/`));
  return {
    driver: must(twin.fabric, 'a fabric'),
    clock,
    nodes: FIVE,
    switches,
    linksOf: (node) => links.filter((link) => link.startsWith(`${node}/`)),
    unlink: async (link) => hands.unlink(link),
    relink: async (link) => hands.relink(link),
    unlinkSwitch: async (name) => linksAt(name).forEach((link) => hands.unlink(link)),
    relinkSwitch: async (name) => linksAt(name).forEach((link) => hands.relink(link)),
    plantErrors: async (link, count) => hands.plantErrors(link, count),
    managers: ['sm1', 'sm2'],
    echo: { argv: ['/site/node-version', '{node}'], stdout: '2025.06' },
    fail: { argv: ['/site/fails'], exit: 3 },
    count: {
      argv: ['/site/stage', '2'],
      times: async (target) => twin.felt.filter(({ what, node }) => what === 'fabric-run' && node === target).length,
    },
    stop: async () => twin.close(),
  };
});

/** What was done to the host's power, a power cycle as "reboot". */
function powerActs(twin: Twin, node: string): string[] {
  const acts = twin.felt.filter((event) => event.node === node && (event.what === 'reboot' ? event.by === 'bmc' : true));
  return acts.map(({ what }) => what).filter((what) => ['reboot', 'power-on', 'power-off'].includes(what));
}
