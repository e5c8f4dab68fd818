// What holds for commands wherever a driver runs them, on a node or about a target: the tests that the suites of such roles share.
import { expect, test } from 'vitest';
import type { Act } from '../../src/core/ports.ts';
import { actOn, expectNothingClaimed, live, type NodesWorld } from './hands.ts';

export interface CommandWorld extends NodesWorld {
  /** Ends with 0 and prints `stdout`; about a target it may use {node}. */
  readonly echo: { readonly argv: readonly string[]; readonly stdout: string };
  /** Ends with `exit`, which is not 0. */
  readonly fail: { readonly argv: readonly string[]; readonly exit: number };
  /** Ends with 0 after a while that two calls have time to meet in; `times` is how often it has run about a target. */
  readonly count: { readonly argv: readonly string[]; readonly times: (target: string) => Promise<number> };
}

type RunOf = (argv: readonly string[], once: boolean) => Act;

const CALL_MS = 30_000;

export function commandTests(world: () => CommandWorld, run: RunOf): void {
  test('run: exit 0 and the output, trimmed, one result a target', async () => {
    const { driver, nodes, echo, clock } = world();
    const request = { act: run(echo.argv, false), targets: nodes, key: 'echo', deadline: clock.now() + CALL_MS };
    const results = await driver.act(request, live());
    expect(results.map((one) => one.target).toSorted()).toEqual(nodes.toSorted());
    for (const { outcome, evidence } of results) {
      expect(outcome).toBe('done');
      expect(evidence).toMatchObject({ exit: 0, stdout: echo.stdout });
    }
    expect(driver.describe(request).length).toBeGreaterThan(0);
  });

  test('run: another exit code is done, too, and is for the caller to judge', async () => {
    const { nodes, fail } = world();
    const result = await actOn(world(), run(fail.argv, false), nodes[0] as string, 'fail', CALL_MS);
    expect(result).toMatchObject({ outcome: 'done', evidence: { exit: fail.exit } });
  });

  test('run: past its deadline it does not start', async () => {
    const { driver, nodes, clock, count } = world();
    const node = nodes[0] as string;
    const before = await count.times(node);
    const request = { act: run(count.argv, true), targets: [node], key: 'late', deadline: clock.now() - 1 };
    expect((await driver.act(request, live()))[0]?.outcome).toBe('refused');
    expect(await count.times(node)).toBe(before);
  });
}

/** Last: nobody waits for the driver any more, and it for nobody. */
export function endTests(world: () => CommandWorld, run: RunOf): void {
  test('a cancelled call: nothing is thrown and nothing is claimed', async () => {
    const { driver, nodes, echo, clock } = world();
    expect((await driver.observe(nodes, AbortSignal.abort())).map(({ facts }) => facts)).toEqual(nodes.map(() => null));
    await expectNothingClaimed(driver, { act: run(echo.argv, false), targets: nodes, key: 'gone', deadline: clock.now() + CALL_MS });
  });

  test('in the end it waits for nothing', () => {
    expect(world().driver.waitingFor()).toEqual([]);
  });
}
