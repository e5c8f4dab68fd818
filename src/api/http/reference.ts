// The API for readers: one page made from the OpenAPI document, by noun, without scripts and without anything from elsewhere.
import type { OpenAPI } from '@orpc/contract';
import { openApi } from './openapi.ts';
import { escapeHtml, plainPage } from './plain-page.ts';
import { showShape, words } from './shape.ts';

export async function referencePage(version: string): Promise<string> {
  const document = await openApi(version);
  const operations = operationsOf(document);
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const body = [
    `<p>Version ${escapeHtml(version)}. ${escapeHtml(document.info.description ?? '')} The same for programs: <a href="/api/openapi.json">openapi.json</a>.</p>`,
    `<pre>curl -H "Authorization: Bearer $PITSTOP_TOKEN" http://HOST:PORT/api/runs</pre>`,
    `<nav><p>${tags.map((tag) => `<a href="#${tag}">${tag}</a>`).join(' · ')}</p></nav>`,
    ...tags.flatMap((tag) => [
      `<h2 id="${tag}">${tag}</h2>`,
      ...operations.filter((operation) => operation.tag === tag).map(showOperation),
    ]),
    '<h2 id="shapes">Shapes</h2>',
    ...Object.entries(document.components?.schemas ?? {}).map(
      ([name, schema]) =>
        `<details id="shape-${escapeHtml(name)}"><summary><code>${escapeHtml(name)}</code></summary>${showShape(schema)}</details>`,
    ),
  ];
  return plainPage('Pitstop API', body, STYLE);
}

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly tag: string;
  readonly told: OpenAPI.OperationObject;
}

function operationsOf({ paths }: OpenAPI.Document): Operation[] {
  return Object.entries(paths ?? {}).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => {
      const told = item?.[method];
      return told ? [{ method: method.toUpperCase(), path, tag: told.tags?.[0] ?? '', told }] : [];
    }),
  );
}

function showOperation({ method, path, told }: Operation): string {
  const body = told.requestBody && !('$ref' in told.requestBody) ? told.requestBody.content : {};
  return `<section id="${escapeHtml(told.operationId ?? '')}">
<h3><span class="${method.toLowerCase()}">${method}</span> <code>/api${escapeHtml(path)}</code></h3>
<p>${escapeHtml(told.summary ?? '')}. ${escapeHtml(told.description ?? '')}</p>
${parameters(told.parameters ?? [])}
${Object.entries(body)
  .map(([type, media]) => `<div>Body, <code>${escapeHtml(type)}</code>: ${showShape(media.schema)}</div>`)
  .join('')}
<p>Answers:</p>
<ul>${Object.entries(told.responses ?? {})
    .map(([status, response]) => answer(status, response))
    .join('')}</ul>
</section>`;
}

function parameters(list: readonly (OpenAPI.ParameterObject | OpenAPI.ReferenceObject)[]): string {
  const rows = list.flatMap((one) => ('$ref' in one ? [] : [one]));
  if (rows.length === 0) return '';
  return `<table><thead><tr><th>Parameter</th><th>In</th><th>What</th></tr></thead><tbody>${rows
    .map(
      ({ name, in: place, required, description, schema }) =>
        `<tr><td><code>${escapeHtml(name)}</code>${required === true ? '' : ' (may be left out)'}</td><td>${escapeHtml(place)}</td><td>${words(schema)}${description === undefined ? '' : `. ${escapeHtml(description)}`}</td></tr>`,
    )
    .join('')}</tbody></table>`;
}

function answer(status: string, response: OpenAPI.ResponseObject | OpenAPI.ReferenceObject): string {
  if ('$ref' in response) return '';
  const words = `<strong>${escapeHtml(status)}</strong> ${escapeHtml(response.description)}`;
  if (!status.startsWith('2')) return `<li>${words}</li>`;
  const shapes = Object.entries(response.content ?? {}).map(
    ([type, media]) => `<details><summary><code>${escapeHtml(type)}</code></summary>${showShape(media.schema)}</details>`,
  );
  return `<li>${words}${shapes.join('')}</li>`;
}

const STYLE = `
div { margin-top: 1rem; } section { border-top: 1px solid var(--line); padding: .25rem 0 1rem; }
h3 { font-size: 1rem; margin-bottom: .25rem; } h3 span { display: inline-block; min-width: 3rem; font-weight: 700; }
.post { color: light-dark(#a33a00, #f49e0e); } .get { color: var(--accent); }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .2rem .5rem .2rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
ul { padding-left: 1.2rem; } pre { max-height: 24rem; overflow: auto; }
`;
