// What changed on the customer's nodes, and what of it may break a job, with what to try first.
import { markup, type Markup } from '../html.ts';
import type { CustomerPage, VersionChange } from './page-data.ts';
import { counted, tableHtml } from './page-pieces.ts';

const BEFORE_MAX = 3;

export function changesHtml({ changes, replaced, phase }: CustomerPage): Markup[] {
  const rows = changes.map((change) => [
    markup`<code>${change.component}</code>`,
    before(change),
    markup`<code>${change.after}</code>`,
    counted(change.targets, change.on === 'node' ? 'node' : change.on),
  ]);
  const when = phase === 'planned' || phase === 'waiting' ? 'What will change' : 'What changes';
  return [
    ...(rows.length === 0 ? [] : [tableHtml(`${when}: component, version before and after`, ['component', 'before', 'after', 'on'], rows)]),
    ...replaced.map(
      ({ part, nodes }) => markup`<p>Replaced: <code>${part}</code> on ${counted(nodes.count, 'node')}, <code>${nodes.nodes}</code>.</p>\n`,
    ),
    ...(rows.length + replaced.length === 0 ? [markup`<p>Nothing on your clusters.</p>\n`] : []),
  ];
}

export function breakersHtml({ breakers }: CustomerPage): Markup[] {
  if (breakers.length === 0) return [markup`<p>Nothing of this is known to break jobs. A short run before a long one is still wise.</p>\n`];
  const rows = breakers.map(({ area, component, before: old, after, check, gives }) => [
    markup`${area}<br><code>${component}</code>`,
    markup`${old === null ? 'not known' : markup`<code>${old}</code>`} to <code>${after}</code>${gives === null ? markup`` : markup`<br>${gives}`}`,
    check,
  ]);
  return [
    markup`<p>Versions differ between nodes while the work is on. A job over nodes of both sorts may fail or hang: give it returned nodes only.</p>\n`,
    tableHtml('What may break a job, and what to try first', ['what', 'version', 'try before a large job'], rows),
  ];
}

function before({ before: versions, targets }: VersionChange): Markup {
  if (versions.length === 0) return markup`not known`;
  const [only] = versions;
  if (versions.length === 1 && only?.targets === targets) return markup`<code>${only.version}</code>`;
  const shown = versions
    .slice(0, BEFORE_MAX)
    .map((each, i) => markup`${i === 0 ? '' : ', '}<code>${each.version}</code> (${each.targets})`);
  return versions.length > BEFORE_MAX ? markup`${shown}, and ${versions.length - BEFORE_MAX} more` : markup`${shown}`;
}
