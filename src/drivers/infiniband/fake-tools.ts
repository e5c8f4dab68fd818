// For tests: tools that print what a file says, of a fabric of two nodes on one leaf, with a subnet manager on the first.
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InfinibandOptions } from './options.ts';

export const NETDISCOVER = `#
# Topology file: generated on Sun Nov 22 16:42:19 2026
#
# Initiated from node 0000000000100000 port 0000000000100001

vendid=0x2c9
devid=0xd2f2
sysimgguid=0x200000
switchguid=0x200000(200000)
Switch	65 "S-0000000000200000"		# "MF0;leaf1:MQM9701/U1" enhanced port 0 lid 2 lmc 0
[1]	"H-0000000000100000"[1](100001) 		# "n1 mlx5_0" lid 1 4xNDR
[2]	"H-0000000000100002"[1](100003) 		# "n2 mlx5_0" lid 3 4xNDR

vendid=0x2c9
devid=0x1021
sysimgguid=0x100002
caguid=0x100002
Ca	1 "H-0000000000100002"		# "n2 mlx5_0"
[1](100003) 	"S-0000000000200000"[2]		# lid 3 lmc 0 "MF0;leaf1:MQM9701/U1" lid 2 4xNDR

vendid=0x2c9
devid=0x1021
sysimgguid=0x100000
caguid=0x100000
Ca	1 "H-0000000000100000"		# "n1 mlx5_0"
[1](100001) 	"S-0000000000200000"[1]		# lid 1 lmc 0 "MF0;leaf1:MQM9701/U1" lid 2 4xNDR
`;

export const LINKINFO = `0x0000000000200000 "          MF0;leaf1:MQM9701/U1"      2    1[  ] ==( 4X       106.25 Gbps Active/  LinkUp)==>  0x0000000000100001      1    1[  ] "n1 mlx5_0" ( )
0x0000000000200000 "          MF0;leaf1:MQM9701/U1"      2    2[  ] ==( 4X       106.25 Gbps Active/  LinkUp)==>  0x0000000000100003      3    1[  ] "n2 mlx5_0" ( )
0x0000000000200000 "          MF0;leaf1:MQM9701/U1"      2    3[  ] ==(                Down/ Polling)==>             [  ] "" ( )
0x0000000000100003 "                     n2 mlx5_0"      3    1[  ] ==( 4X       106.25 Gbps Active/  LinkUp)==>  0x0000000000200000      2    2[  ] "MF0;leaf1:MQM9701/U1" ( )
0x0000000000100001 "                     n1 mlx5_0"      1    1[  ] ==( 4X       106.25 Gbps Active/  LinkUp)==>  0x0000000000200000      2    1[  ] "MF0;leaf1:MQM9701/U1" ( )
`;

export const QUERYERRORS = `Errors for "n1 mlx5_0"
   GUID 0x100001 port 1: [SymbolErrorCounter == 5] [LinkDownedCounter == 1]
Errors for 0x200000 "MF0;leaf1:MQM9701/U1"
   GUID 0x200000 port ALL: [SymbolErrorCounter == 7]
   GUID 0x200000 port 1: [SymbolErrorCounter == 7]

## Summary: 3 nodes checked, 2 bad nodes found
##          5 ports checked, 2 ports have errors beyond threshold
## Thresholds: 
## Suppressed:
`;

export const RECORDS = `SMInfoRecord dump:
		RID
		LID...................1
		SMInfo dump:
		GUID..................0x0000000000100001
		SM_Key................0x0000000000000000
		ActCount..............446
		Priority..............14
		SMState...............3
`;

const SMINFO = 'sminfo: sm lid 1 sm guid 0x100001, activity count 446 priority 14 state 3 SMINFO_MASTER\n';

const GOOD = { ibnetdiscover: NETDISCOVER, iblinkinfo: LINKINFO, ibqueryerrors: QUERYERRORS, saquery: RECORDS, sminfo: SMINFO };
type FakeTool = keyof typeof GOOD;

export interface FakeTools {
  readonly folder: string;
  readonly options: InfinibandOptions;
  /** From now on it prints this. `then` is shell, run afterwards ("exit 3", "exec sleep 60"). */
  say(tool: FakeTool, text: string, then?: string): void;
}

/** In a new folder under the system's temporary one, which the caller deletes. */
export function fakeTools(): FakeTools {
  const folder = mkdtempSync(join(tmpdir(), 'pitstop-fake-fabric-'));
  const say = (tool: FakeTool, text: string, then = ''): void => {
    writeFileSync(join(folder, `${tool}.out`), text);
    writeFileSync(join(folder, tool), `#!/bin/sh\necho ${tool} >>'${folder}/calls'\ncat '${folder}/${tool}.out'\n${then}\n`);
    chmodSync(join(folder, tool), 0o755);
  };
  for (const [tool, text] of Object.entries(GOOD)) say(tool as FakeTool, text);
  const commands = Object.fromEntries(Object.keys(GOOD).map((tool) => [tool, [`./${tool}`]]));
  return { folder, options: { commands }, say };
}
