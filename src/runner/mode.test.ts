import { describe, expect, it } from 'vitest';
import { MODES, type Mode } from '../core/fleet/model.ts';
import type { Act } from '../core/ports.ts';
import { twinConfig } from '../sim/twin/config.ts';
import { createTwin } from '../sim/twin/twin.ts';
import { VirtualClock } from '../std/clock.ts';
import { underMode } from './mode.ts';

const DRAIN: Act = { role: 'scheduler', do: 'drain', run: 'r', why: 'test' };
const READ: Act = { role: 'shell', do: 'run', argv: ['/site/version'], version: null, previous: {}, once: false };
const APPLY: Act = { role: 'shell', do: 'run', argv: ['/site/apply', '2'], version: '2', previous: {}, once: true };
const REBOOT: Act = { role: 'shell', do: 'reboot', bootIds: { n1: 'n1-boot-1' } };

const ALLOWED: { readonly [mode in Mode]: readonly Act[] } = {
  observe: [READ],
  'drain-only': [READ, DRAIN],
  confirm: [READ, DRAIN, APPLY, REBOOT],
  act: [READ, DRAIN, APPLY, REBOOT],
};

describe('mode at the driver port', () => {
  for (const mode of MODES) {
    for (const act of [READ, DRAIN, APPLY, REBOOT]) {
      const allowed = ALLOWED[mode].includes(act);
      it(`${mode}: ${act.role} ${act.do}${act === READ ? ' that only reads' : ''} ${allowed ? 'is passed on' : 'is refused and never felt'}`, async () => {
        const clock = new VirtualClock(1_000);
        const twin = createTwin(twinConfig(['n1']), clock);
        const driver = underMode(act.role === 'scheduler' ? twin.scheduler : twin.shell, mode);
        const results = await clock.run(
          driver.act({ act, targets: ['n1'], key: 'r/s/1', deadline: 10_000_000 }, new AbortController().signal),
        );
        expect(results.map(({ outcome }) => outcome === 'refused')).toEqual([!allowed]);
        if (!allowed) expect(twin.felt).toEqual([]);
      });
    }
  }
});
