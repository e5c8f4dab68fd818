// What each word of people leaves behind, said when it is offered and again when it was carried out.

export const LEAVES = {
  confirm: 'confirmed: leases, baseline and early steps begin now, drains when the window is open',
  pause: 'paused: steps under way end, nothing new starts; drained targets stay drained and reserved',
  resume: 'resumed: everything that waited goes on',
  lift: 'lifted: each starts its step anew, on a fresh look',
  hold: 'held: the step under way ends, no further one starts, until resume --targets',
  abort: 'aborting: nothing new is touched; untouched targets are given back at once, changed ones go on to validation and return',
  recall: 'recalled: untouched targets are given back, changed ones take the way back where there is one, else they go on',
  release: 'released: each may be drained once its wave and window are open',
  approveWave: 'opened: its targets are drained as limits and window allow',
  approveGate: 'let pass: its gate counts as passed, and what it held goes on',
  approveReturn: 'return gate approved: the run may settle without it',
  handOver: 'approved: looked at, validated and given back now',
  take: 'in hand: everybody sees who has it; nothing is done to it',
  retry: 'tries the failed step again, on a fresh look',
  fixed: 'looks what runs, validates, and returns it',
  link: 'kept with the link: whether it helped is seen in the fabric; a node that waits for nothing else goes on by itself',
  drop: 'given up: it keeps our drain and reservation, which name this run, until somebody lifts them by hand',
  consent: 'consent recorded: what it is about goes on as the policy says',
  endWatch: 'the watch has ended: nothing was done by it, nothing is left behind',
} as const;
