// Slurm's texts, as 22.05 prints them, read: and whatever else comes, without throwing.
import { array, assert, constantFrom, property, string, stringMatching, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { names, parseNodeSet } from '../../core/fleet/nodeset.ts';
import { downedByOthers, drainClaim, drainReason, runOfReason } from './claim.ts';
import { parseSettings } from './diagnose.ts';
import { jobQuery } from './job-rows.ts';
import { gpusOfGres, parseNodeRows } from './node-rows.ts';
import { foldForSlurm, namesFromSlurm } from './node-set.ts';
import { parseReservationRows } from './reservation-rows.ts';
import { acceptsWork, parseNodeState, rebootPending, responds, showNodeState } from './state.ts';
import { parsePartitions, parseTopology } from './survey.ts';

/** A line of `scontrol -a -d -o show node`, with what the tests do not look at left out. */
const nodeLine = (name: string, state: string, rest = ''): string =>
  `NodeName=${name} Arch=x86_64 CoresPerSocket=1  CPUAlloc=2 CPUEfctv=16 CPUTot=16 CPULoad=0.07 Gres=gpu:h100:8(S:0-1) GresDrain=N/A ` +
  `GresUsed=gpu:h100:3(IDX:0-2) NodeAddr=127.0.0.1 Port=20001 OS=Linux 6.1 #1 SMP @0  RealMemory=64000 Sockets=16 Boards=1 State=${state} ` +
  `ThreadsPerCore=1 Partitions=batch,debug  BootTime=2026-11-22T06:54:48 AllocTRES=cpu=2 ExtSensorsTemp=n/s${rest}`;

describe('scontrol show node', () => {
  const only = (line: string) => parseNodeRows(line).values().next().value;

  test('a plain node: its state, GPUs, CPUs, memory and partitions', () => {
    expect(only(nodeLine('n1', 'MIXED'))).toMatchObject({
      name: 'n1',
      reason: '',
      gpus: 8,
      gpusUsed: 3,
      cpus: 16,
      cpusAllocated: 2,
      memoryMb: 64_000,
      partitions: ['batch', 'debug'],
    });
  });

  test('a reason: without the stamp, whatever characters it holds', () => {
    const rest = ' Reason=bad DIMM, "slot 3" a=b [x] [root@2026-11-22T07:13:38]';
    expect(only(nodeLine('n1', 'IDLE+DRAIN', rest))?.reason).toBe('bad DIMM, "slot 3" a=b [x]');
  });

  test('a reason that imitates fields: State and Reason of the node stay what they are', () => {
    const row = only(nodeLine('n1', 'IDLE+DRAIN', ' Reason=x State=DOWN Reason=pitstop:r1 [root@2026-11-22T07:13:38]'));
    expect(row?.state.base).toBe('idle');
    expect(row?.reason).toBe('x State=DOWN Reason=pitstop:r1');
  });

  test('a comment that imitates a reason is none (a drain by Slurm itself may have no reason)', () => {
    expect(only(nodeLine('n1', 'IDLE+DRAIN', ' Comment=so Reason=pitstop:r1 [root@2026-11-22T07:13:38]'))?.reason).toBe('');
  });

  test('a comment with a line break that fakes a node: both lines of that node are worth nothing', () => {
    const text = [
      nodeLine('n1', 'IDLE', ` Comment=x\n${nodeLine('n3', 'IDLE')}`),
      nodeLine('n2', 'IDLE'),
      nodeLine('n3', 'IDLE+DRAIN'),
    ].join('\n');
    const rows = parseNodeRows(text);
    expect(rows.get('n3')).toBeNull();
    expect(rows.get('n2')?.name).toBe('n2');
  });

  test('GPUs by type, by index, by number, or none', () => {
    expect(gpusOfGres('gpu:8')).toBe(8);
    expect(gpusOfGres('gpu:4090:2,gpu:h100:6(S:0-1),nvme:1')).toBe(8);
    expect(gpusOfGres('gres:gpu:h100')).toBe(1);
    expect(gpusOfGres('gpu:h100:0(IDX:N/A)')).toBe(0);
    expect(gpusOfGres('(null)')).toBeNull();
    expect(gpusOfGres('nvme:4')).toBeNull();
  });
});

describe('node states', () => {
  test.each([
    ['IDLE', 'idle'],
    ['MIXED+DRAIN', 'mixed+drain'],
    ['DOWN+DRAIN+NOT_RESPONDING', 'down*+drain'],
    ['DOWN*+DRAIN', 'down*+drain'],
    ['drained*', 'idle*+drain'],
    ['draining@', 'allocated+drain+reboot_requested'],
    ['reboot^', 'idle+reboot+reboot_issued'],
    ['idle~', 'idle+powered_down'],
    ['mixed-', 'mixed+planned'],
    ['maint', 'idle+maintenance'],
    ['allocated$', 'allocated+maintenance'],
    ['comp', 'idle+completing'],
    ['unk*', 'unknown*'],
    ['', 'unknown'],
    ['<html>', 'unknown+<html>'],
  ])('%s is %s', (text, shown) => {
    expect(showNodeState(parseNodeState(text))).toBe(shown);
  });

  test.each(['IDLE', 'MIXED', 'ALLOCATED', 'IDLE+PLANNED', 'IDLE+RESERVED', 'MIXED+COMPLETING', 'IDLE+CLOUD', 'idle~', 'idle#'])(
    '%s accepts work',
    (text) => {
      expect(acceptsWork(parseNodeState(text))).toBe(true);
    },
  );

  test.each([
    'IDLE+DRAIN',
    'MIXED+DRAIN',
    'IDLE+FAIL',
    'IDLE+NOT_RESPONDING',
    'idle*',
    'DOWN',
    'UNKNOWN',
    'FUTURE',
    'ERROR',
    'IDLE+REBOOT_REQUESTED',
    'idle@',
    'idle^',
    'IDLE+INVALID_REG',
    'idle%',
    'idle!',
    'nonsense',
  ])('%s does not', (text) => {
    expect(acceptsWork(parseNodeState(text))).toBe(false);
  });

  test('a reboot is pending from its request to its end, and only then', () => {
    expect(rebootPending(parseNodeState('IDLE+DRAIN+REBOOT_REQUESTED'))).toBe(true);
    expect(rebootPending(parseNodeState('DOWN+DRAIN+REBOOT_ISSUED'))).toBe(true);
    expect(rebootPending(parseNodeState('DOWN'))).toBe(false);
  });

  test('a node without a slurmd to talk to does not respond', () => {
    expect(['idle', 'down', 'idle*', 'idle~'].map((text) => responds(parseNodeState(text)))).toEqual([true, true, false, false]);
  });
});

describe('claims', () => {
  const claim = (state: string, reason: string) => drainClaim(parseNodeState(state), reason);

  test('ours names its run, also after Slurm added words to it', () => {
    expect(claim('IDLE+DRAIN', 'pitstop:july-1 new image')).toMatchObject({ by: 'pitstop', run: 'july-1' });
    expect(claim('DOWN+DRAIN', 'pitstop:july-1 : reboot issued')).toMatchObject({ by: 'pitstop', run: 'july-1' });
    expect(runOfReason(drainReason('r.1', 'a "quoted"\nwhy'))).toBe('r.1');
    expect(drainReason('r.1', 'a "quoted"\nwhy')).toBe("pitstop:r.1 a 'quoted' why");
  });

  test('foreign: other words, no words, our word in the middle, FAIL in any case', () => {
    for (const reason of ['bad DIMM', '', 'not pitstop:r1', 'pitstop: r1', 'pitstop:r1,r2', 'Pitstop:r1']) {
      expect(claim('IDLE+DRAIN', reason)).toEqual({ by: 'foreign', run: null, reason });
    }
    expect(claim('IDLE+FAIL', 'pitstop:r1')).toMatchObject({ by: 'foreign', run: null });
    expect(claim('IDLE+DRAIN+FAIL', 'pitstop:r1')).toMatchObject({ by: 'foreign', run: null });
  });

  test('none: no drain flag, down or not', () => {
    expect(claim('IDLE', '')).toBeNull();
    expect(claim('DOWN', 'Not responding')).toBeNull();
  });

  test('down without a drain: by Slurm itself, by us, or by somebody', () => {
    const downed = (reason: string) => downedByOthers(parseNodeState('DOWN'), reason);
    expect(['', 'Not responding', 'Node unexpectedly rebooted', 'Reboot ASAP : reboot issued : reboot timed out'].some(downed)).toBe(false);
    expect(downed('pitstop:r1 : reboot issued : reboot complete')).toBe(false);
    expect(['bad DIMM', 'bad DIMM : reboot issued : reboot complete', 'NHC: gpu 3 lost'].every(downed)).toBe(true);
    expect(downedByOthers(parseNodeState('IDLE'), 'bad DIMM')).toBe(false);
  });
});

const reservationLine = (name: string, nodes: string, flags: string, state = 'ACTIVE'): string =>
  `ReservationName=${name} StartTime=2026-11-22T07:13:39 EndTime=2027-11-22T07:13:39 Duration=365-00:00:00 Nodes=${nodes} NodeCnt=2 ` +
  `CoreCnt=32 Features=(null) PartitionName=(null) Flags=${flags} TRES=cpu=32 Users=root Groups=(null) State=${state} BurstBuffer=(null)`;

describe('scontrol show res', () => {
  test('reservations with their nodes and flags', () => {
    const text = [
      reservationLine('pitstop-r1', 'n[1-2],v07', 'MAINT,IGNORE_JOBS,SPEC_NODES'),
      reservationLine('soon', '(null)', 'SPEC_NODES', 'INACTIVE'),
    ].join('\n');
    expect(parseReservationRows(`${text}\n`)).toEqual([
      { name: 'pitstop-r1', nodes: ['n1', 'n2', 'v07'], flags: ['MAINT', 'IGNORE_JOBS', 'SPEC_NODES'], active: true },
      { name: 'soon', nodes: [], flags: ['SPEC_NODES'], active: false },
    ]);
  });

  test('none, said; and nonsense', () => {
    expect(parseReservationRows('No reservations in the system\n')).toEqual([]);
    expect(parseReservationRows('<html>502 Bad Gateway</html>')).toBeNull();
    expect(parseReservationRows(reservationLine('pitstop-r1', 'n[1-', 'MAINT'))).toBeNull();
  });
});

describe('squeue', () => {
  const query = jobQuery(null, 'X');
  const values = [
    '7',
    'RUNNING',
    'ada',
    'n[1-2]',
    'n1',
    '1795331820',
    '1795333620',
    '1',
    '2',
    '16',
    'cpu=16,node=2',
    'N/A',
    'gres:gpu:h100:8',
    'N/A',
    'None',
  ];
  const row = (name: string, comment: string, more: string[] = values): string => `${[...more, name, comment].join('fX')}rX\n`;

  test('a job of two nodes', () => {
    expect(query.parse(row('train', '(null)'))).toEqual([
      {
        id: '7',
        name: 'train',
        user: 'ada',
        state: 'running',
        nodes: 'n[1-2]',
        nodeNames: ['n1', 'n2'],
        batchNode: 'n1',
        startedAt: 1_795_331_820_000,
        endsBy: 1_795_333_620_000,
        restarts: 1,
        gpus: 16,
        comment: '',
        reason: 'None',
      },
    ]);
  });

  test('names and comments with line breaks and separators', () => {
    expect(query.parse(row('a|b\n8 RUNNING', 'x\ny') + row('z', ''))?.map(({ name }) => name)).toEqual(['a|b\n8 RUNNING', 'z']);
  });

  test('GPUs as accounted for, else as asked for', () => {
    const gpus = (change: (fields: string[]) => void): number | undefined => {
      const fields = [...values];
      change(fields);
      return query.parse(row('j', '', fields))?.[0]?.gpus;
    };
    expect(gpus((fields) => fields.splice(10, 1, 'cpu=16,gres/gpu=12,gres/gpu:h100=12'))).toBe(12);
    expect(gpus((fields) => fields.splice(11, 2, 'gres:gpu:4', 'N/A'))).toBe(4);
    expect(gpus((fields) => fields.splice(12, 2, 'N/A', 'gres:gpu:2'))).toBe(32);
    expect(gpus((fields) => fields.splice(12, 1, 'N/A'))).toBe(0);
  });

  test('a time limit of a year is none: Slurm writes it into jobs without', () => {
    const fields = [...values];
    fields.splice(6, 1, String(1_795_331_820 + 365 * 86_400));
    expect(query.parse(row('j', '', fields))?.[0]?.endsBy).toBeNull();
  });

  test('nothing, and what is cut off or no answer of squeue at all', () => {
    expect(query.parse('')).toEqual([]);
    expect(query.parse(row('train', '').slice(0, -3))).toBeNull();
    expect(query.parse('<html>502</html>')).toBeNull();
    expect(query.parse('7fXrX\n')).toBeNull();
  });
});

describe('node lists for commands', () => {
  test('folded at the end of names only, chunked when long', () => {
    expect(foldForSlurm(['n3', 'n1', 'n2', 'login', 'n07', 'n08', 'r1n1', 'r1n2', 'n10']).map(({ text }) => text)).toEqual([
      'login,n[1-3],n[07-08,10],r1n[1-2]',
    ]);
    expect(foldForSlurm(['a-ib', 'b-ib']).map(({ text }) => text)).toEqual(['a-ib,b-ib']);
    expect(foldForSlurm([])).toEqual([]);
  });

  test('many nodes: each list fits one argument, a range has at most 60,000 hosts', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `n${i + 100_000}`);
    expect(foldForSlurm(many).map(({ text }) => text)).toEqual(['n[100000-159999],n[160000-199999]']);
    const holes = many.filter((_, i) => i % 2 === 0);
    const lists = foldForSlurm(holes);
    expect(lists.length).toBeGreaterThan(3);
    expect(lists.every(({ text }) => text.length <= 100_000)).toBe(true);
    expect(lists.flatMap(({ nodes }) => nodes)).toEqual(holes);
  });

  test('what is folded is read again as the same names', () => {
    const name = stringMatching(/^[a-z]{1,2}[0-9]{0,3}(-[a-z])?[0-9]{0,4}$/);
    assert(
      property(uniqueArray(name, { maxLength: 40 }), (nodes) => {
        const lists = foldForSlurm(nodes, 40);
        expect(lists.flatMap((list) => list.nodes).sort()).toEqual([...nodes].sort());
        for (const { text, nodes: inside } of lists) expect(namesFromSlurm(text)?.sort()).toEqual([...inside].sort());
      }),
    );
  });
});

describe('survey', () => {
  test('partitions and switches', () => {
    expect(parsePartitions('PartitionName=batch AllowGroups=ALL Default=YES QoS=N/A Nodes=n[1-2] State=UP\n')).toEqual([
      { name: 'batch', nodes: ['n1', 'n2'], isDefault: true },
    ]);
    const text = 'SwitchName=leaf1 Level=0 LinkSpeed=1 Nodes=n[1-2]\nSwitchName=spine Level=1 LinkSpeed=1 Nodes=n[1-2] Switches=leaf1\n';
    expect(parseTopology(text)).toEqual([
      { switch: 'leaf1', level: 0, nodes: ['n1', 'n2'], switches: [] },
      { switch: 'spine', level: 1, nodes: ['n1', 'n2'], switches: ['leaf1'] },
    ]);
  });

  test('settings', () => {
    const text =
      'Configuration data as of 2026-11-22T07:27:37\nReturnToService         = 2\nSlurmctldHost[0]        = vm(127.0.0.1)\nCheckpointType =\n';
    expect([...parseSettings(text)]).toEqual([
      ['ReturnToService', '2'],
      ['SlurmctldHost[0]', 'vm(127.0.0.1)'],
      ['CheckpointType', ''],
    ]);
  });
});

describe('whatever comes', () => {
  const scraps = [
    nodeLine('n1', 'IDLE'),
    reservationLine('pitstop-r1', 'n[1-2]', 'MAINT'),
    'NodeName=',
    ' State=',
    ' Reason=',
    ' Comment=',
    '[root@2026]',
    'ReservationName=',
    'fX',
    'rX',
    'n[1-9999999999]',
    '\n',
    '=',
    'SwitchName=a Level=0 Nodes=n[',
    '\0',
  ];
  const text = array(
    constantFrom(...scraps).chain((scrap) => string().map((noise) => scrap + noise)),
    { maxLength: 12 },
  ).map((parts) => parts.join(''));

  test.each([
    ['nodes', (input: string) => parseNodeRows(input)],
    ['reservations', (input: string) => parseReservationRows(input)],
    ['jobs', (input: string) => jobQuery(null, 'X').parse(input)],
    ['states', (input: string) => showNodeState(parseNodeState(input))],
    ['partitions', (input: string) => parsePartitions(input)],
    ['topology', (input: string) => parseTopology(input)],
    ['settings', (input: string) => parseSettings(input)],
    ['gres', (input: string) => gpusOfGres(input)],
    ['reasons', (input: string) => drainClaim(parseNodeState('IDLE+DRAIN'), input)],
  ] as const)('%s: never throws', (_, parse) => {
    assert(property(text, (input) => parse(input) !== undefined));
  });

  test('a reason of ours is always read as ours, whatever the why', () => {
    assert(property(string(), (why) => runOfReason(drainReason('r1', why)) === 'r1' && !/[\n"]/.test(drainReason('r1', why))));
  });

  test('Slurm folding and core folding agree on what it prints', () => {
    const parsed = parseNodeSet('n[1-3],v[0007-0009]');
    expect(parsed.ok && [...names(parsed.set)]).toEqual(namesFromSlurm('n[1-3],v[0007-0009]'));
  });
});
