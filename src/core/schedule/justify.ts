// Double justification: push every activity of a schedule as late as it can, then everything as early as it can again. Never longer, often
// shorter. V. Valls, F. Ballestin, S. Quintanilla, Justification and RCPSP: a technique that pays, European Journal of
// Operational Research 165, 2005. It holds with calendars and releases too: when an activity is pushed, those that still stand where they
// stood end no later than it does, so its old place is free for it.
import { assert } from '../../std/assert.ts';
import { serialBackward, serialForward } from './generate.ts';
import type { ActivityList, Timetable } from './generate.ts';
import type { Network } from './network.ts';

/**
 * Justifies the forward schedule in the timetable, whose last finish is `last`; `list` is any list that it obeys. Leaves the new
 * schedule in the timetable and its list by start in `list`. Returns the last finish.
 */
export function justify(network: Network, table: Timetable, list: ActivityList, modes: Int32Array, last: number): number {
  // Successors first, also where an activity without duration ends together with its predecessor: the sort is stable.
  table.order.sort(list.reverse(), table.finish, -1);
  assert(serialBackward(network, table, list, modes, last), 'a schedule leaves no room for itself');
  table.order.sort(list.reverse(), table.start, 1);
  const justified = serialForward(network, table, list, modes);
  table.order.sort(list, table.start, 1);
  return justified;
}
