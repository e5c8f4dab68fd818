// The real bin on fabrics: a sweep from a file and from a tool, who is behind a switch, and a plan that touches another customer.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Desk } from './pitstop.ts';

/** Two nodes on a leaf, an HCA without a name, a spine. */
const SWEEP = `#
# Topology file: generated on Wed Aug  6 16:11:23 2025
#
vendid=0x2c9
devid=0xd2f2
sysimgguid=0xa1
switchguid=0x00000000000000a1(a1)
Switch	65 "S-00000000000000a1"		# "MF0;leaf-a:MQM9701/U1" enhanced port 0 lid 73 lmc 0
[1]	"H-00000000000000b1"[1](b1) 		# "n1 mlx5_0" lid 11 4xNDR
[2]	"H-00000000000000b2"[1](b2) 		# "n2 mlx5_0" lid 12 4xNDR
[3]	"H-00000000000000b3"[1](b3) 		# "localhost mlx5_0" lid 13 4xNDR
[40]	"S-00000000000000a2"[1]		# "MF0;spine-a:MQM9701/U1" lid 74 4xNDR

vendid=0x2c9
switchguid=0x00000000000000a2(a2)
Switch	65 "S-00000000000000a2"		# "MF0;spine-a:MQM9701/U1" enhanced port 0 lid 74 lmc 0
[1]	"S-00000000000000a1"[40]		# "MF0;leaf-a:MQM9701/U1" lid 73 4xNDR

${['n1', 'n2', 'localhost']
  .map(
    (name, i) => `vendid=0x2c9
caguid=0xb${i + 1}
Ca	1 "H-00000000000000b${i + 1}"		# "${name} mlx5_0"
[1](b${i + 1}) 	"S-00000000000000a1"[${i + 1}]		# lid ${11 + i} lmc 0 "MF0;leaf-a:MQM9701/U1" lid 73 4xNDR
`,
  )
  .join('\n')}`;

const IMPORT = ['fleet', 'import', 'ibnetdiscover'];

describe('a fleet from a fabric', () => {
  it('from a file, with names, and from the tool; the same nodes, and the file is good', async () => {
    await using desk = new Desk();
    desk.write({
      'sweep.out': SWEEP,
      names: '0xb3 n3 mlx5_0\n',
      'bin/ibnetdiscover': '#!/bin/sh\ncat "$(dirname "$0")/../sweep.out"\necho "warn: port 7 did not answer" >&2\n',
    });
    const plain = await desk.pitstop(...IMPORT, '--from', 'sweep.out', '-o', 'fleet.yaml');
    expect(plain).toMatchObject({ exit: 0, stdout: '' });
    expect(plain.stderr).toMatch(/warning 0x00000000000000b3: "localhost mlx5_0" at leaf-a\/3: .*\nfleet.yaml: 2 nodes/s);
    expect(readFileSync(join(desk.folder, 'fleet.yaml'), 'utf8')).toContain('# 0x00000000000000b3  "localhost mlx5_0" at leaf-a/3');
    expect(await desk.pitstop('fleet', 'check', 'fleet.yaml')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('2 nodes in 1 cluster'),
    });
    const named = await desk.pitstop(...IMPORT, '--from', 'sweep.out', '--names', 'names', '--fleet', 'phx', '--json');
    expect(JSON.parse(named.stdout)).toMatchObject({
      fleet: 'phx',
      clusters: [{ nodes: 'n[1-3]', drivers: { fabric: { names: join(desk.folder, 'names') } } }],
    });
    const live = await desk.pitstop(...IMPORT, '--bin', 'bin', '--ca', 'mlx5_9', '--json');
    expect(live.stderr).toContain('port 7 did not answer (sweep-incomplete)');
    const argv = [join(desk.folder, 'bin', 'iblinkinfo'), '-C', 'mlx5_9'];
    expect(JSON.parse(live.stdout)).toMatchObject({
      clusters: [{ nodes: 'n[1-2]', drivers: { fabric: { commands: { iblinkinfo: argv } } } }],
    });
  });

  it('bad input and a tool that fails: exit codes, and nothing written', async () => {
    await using desk = new Desk();
    desk.write({
      'cut.out': SWEEP.slice(0, 700),
      names: 'n3 0xb3\n',
      'sweep.out': SWEEP,
      'bin/ibnetdiscover': '#!/bin/sh\necho "no such HCA" >&2\nexit 1\n',
    });
    const ends = [
      [[...IMPORT, '--from', 'cut.out', '-o', 'x.yaml'], 2, /^cut\.out:1:1: no node of a fabric/],
      [[...IMPORT, '--from', 'nowhere.out'], 2, /^nowhere\.out:1:1: there is no such file/],
      [[...IMPORT, '--from', 'sweep.out', '--names', 'names'], 2, /names:1:1: n3 0xb3: not "GUID NAME"/],
      [[...IMPORT, '--from', 'sweep.out', '--fleet', '-x'], 2, /-x: is no name/],
      [[...IMPORT, '--bin', 'bin'], 3, /ibnetdiscover ended with 1: no such HCA/],
    ] as const;
    for (const [args, exit, says] of ends) {
      const ended = await desk.pitstop(...args);
      expect(ended, args.join(' ')).toMatchObject({ exit, stdout: '', stderr: expect.stringMatching(says) });
    }
    expect(() => readFileSync(join(desk.folder, 'x.yaml'))).toThrow('ENOENT');
  });

  it('who is behind a switch, before any plan and without a server; then a plan that says whom else it touches', async () => {
    await using desk = new Desk();
    desk.write({
      'fleet.yaml': `fleet: two
customers: [{name: aurora}, {name: borealis}]
clusters:
  - name: north
    customer: aurora
    nodes: "a[1-4]"
    drivers: {scheduler: slurm, shell: ssh, fabric: infiniband}
    switches: [{name: al, role: leaf}, {name: spine, role: spine}]
    links: ["a[1-4]/*--al/*", "al/30--spine/1"]
  - name: south
    customer: borealis
    nodes: "b[1-4]"
    links: ["b[1-2]/*--bl/*", "bl/30--spine/2"]
`,
      'change.yaml': `change: spines
targets: spine
want:
  switch-firmware: "31.2012.1024"
`,
      'catalogue/switch-firmware.yaml': `component: switch-firmware
kind: switch
activates: warm
needs: cleared
steps:
  - {step: apply, to: updating, by: fabric, run: [/opt/site/flash, "{version}"], destructive: true, takes: 8m~0.3}
  - {step: conform, to: conforming, by: fabric, read: {switch-firmware: [/opt/site/version]}, timeout: 2m}
`,
    });
    const seen = await desk.pitstop('fleet', 'affected', 'fleet.yaml', 'spine', '--json');
    expect(JSON.parse(seen.stdout)).toEqual({
      targets: 'spine',
      affected: 'a[1-4],b[1-2]',
      customers: [
        { name: 'aurora', nodes: 4 },
        { name: 'borealis', nodes: 2 },
      ],
      why: ['switch spine: 6 nodes of clusters north, south behind the switches that are linked to it'],
    });
    expect(await desk.pitstop('fleet', 'affected', 'fleet.yaml', 'spin')).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('spin: nothing of this fleet'),
    });
    const plan = await desk.pitstop(
      'plan',
      '--fleet',
      'fleet.yaml',
      '--change',
      'change.yaml',
      '--catalogue',
      'catalogue',
      '-o',
      'plan.json',
      '--json',
    );
    expect(plan.exit, plan.stderr).toBe(0);
    const { findings } = JSON.parse(plan.stdout) as { findings: { rule: string; target: string; severity: string; message: string }[] };
    expect(findings.filter(({ rule }) => rule === 'affects-others')).toEqual([
      {
        rule: 'affects-others',
        severity: 'warning',
        target: 'b[1-2]',
        message: expect.stringMatching(/^2 nodes of customer borealis .* must consent to that/),
      },
    ]);
  });
});
