// What all SVG drawings share: one look, light and dark, escaped words, whole pixels, and a document that names and describes itself.

export interface Drawing {
  readonly title: string;
  /** What a reader who cannot see it is told, in full sentences. */
  readonly description: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly body: readonly string[];
}

export type Anchor = 'start' | 'middle' | 'end';

/** Height of one line of a chart's own words. */
export const LINE_PX = 16;
/** Wide for a proportional font, so that what is measured by it still fits in the widest that a system may have (DejaVu Sans). */
const CHAR_PX = 7.2;
/** How much larger a title is than other words. */
export const TITLE_FACTOR = 1.25;

/**
 * Light colours stand alone, for viewers that know no media queries; on paper they hold as well. Series colours lie at least 26 apart (CIE76)
 * from one another in normal, protan, deutan and tritan vision (Machado et al. 2009, full severity), and each series has its own dashes.
 */
const STYLE = `
.pitstop-chart text{font:12px system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif;font-variant-numeric:tabular-nums;fill:#57606a}
.pitstop-chart .title{font-size:15px;font-weight:600;fill:#1f2328}
.pitstop-chart .strong{fill:#1f2328}
.pitstop-chart .bold{fill:#1f2328;font-weight:600}
.pitstop-chart .page{fill:#ffffff}
.pitstop-chart .axis{stroke:#8c959f;fill:none}
.pitstop-chart .share{stroke:#d0d7de;stroke-dasharray:2 3;fill:none}
.pitstop-chart .mark{stroke:#57606a;stroke-dasharray:6 4;fill:none}
.pitstop-chart .fine{stroke:#57606a;stroke-dasharray:1 3;fill:none}
.pitstop-chart .edge{stroke:#57606a;fill:none}
.pitstop-chart .area{fill:#0072b2;fill-opacity:.16}
.pitstop-chart .curve{stroke:#0072b2;stroke-width:2;fill:none}
.pitstop-chart .thin{stroke:#0072b2;stroke-width:1.5;stroke-dasharray:5 3;fill:none}
.pitstop-chart .bar{fill:#0072b2}
.pitstop-chart .half{fill:#0072b2;fill-opacity:.45}
.pitstop-chart .hollow{fill:#ffffff;stroke:#0072b2;stroke-width:1.5}
.pitstop-chart .dot{fill:#0072b2;stroke:#ffffff;stroke-width:1.5}
.pitstop-chart .whisker{stroke:#1f2328;fill:none}
.pitstop-chart .actual{stroke:#1f2328;stroke-width:2;fill:none}
.pitstop-chart .point{fill:#1f2328;stroke:#ffffff;stroke-width:1.5}
.pitstop-chart .outside{fill:#ffffff;stroke:#c2410c;stroke-width:2.5}
.pitstop-chart .capacity{stroke:#6e7781;stroke-width:1.25;fill:none}
.pitstop-chart .other1{stroke:#c2410c;stroke-width:1.5;stroke-dasharray:7 3;fill:none}
.pitstop-chart .other2{stroke:#9c8468;stroke-width:1.5;stroke-dasharray:9 3 2 3;fill:none}
.pitstop-chart .other3{stroke:#8318e8;stroke-width:1.5;stroke-dasharray:2 3;fill:none}
.pitstop-chart .window{fill:#0072b2;fill-opacity:.07}
.pitstop-chart .shut{fill:#57606a;fill-opacity:.1}
.pitstop-chart .hatch{stroke:#57606a;stroke-opacity:.5;fill:none}
.pitstop-chart .shift{fill:#8c959f;fill-opacity:.55}
.pitstop-chart .late{fill:#c2410c}
@media screen and (prefers-color-scheme:dark){
.pitstop-chart text{fill:#9198a1}
.pitstop-chart .title,.pitstop-chart .strong,.pitstop-chart .bold{fill:#f0f6fc}
.pitstop-chart .page{fill:#0d1117}
.pitstop-chart .axis{stroke:#6e7681}
.pitstop-chart .share{stroke:#3d444d}
.pitstop-chart .mark,.pitstop-chart .fine,.pitstop-chart .edge{stroke:#9198a1}
.pitstop-chart .area{fill:#56b4e9;fill-opacity:.22}
.pitstop-chart .curve,.pitstop-chart .thin{stroke:#56b4e9}
.pitstop-chart .bar,.pitstop-chart .half{fill:#56b4e9}
.pitstop-chart .hollow{fill:#0d1117;stroke:#56b4e9}
.pitstop-chart .dot{fill:#56b4e9;stroke:#0d1117}
.pitstop-chart .whisker,.pitstop-chart .actual{stroke:#f0f6fc}
.pitstop-chart .point{fill:#f0f6fc;stroke:#0d1117}
.pitstop-chart .outside{fill:#0d1117;stroke:#ff8f5a}
.pitstop-chart .capacity{stroke:#9198a1}
.pitstop-chart .other1{stroke:#ff8f5a}
.pitstop-chart .other2{stroke:#a08c78}
.pitstop-chart .other3{stroke:#9a4bff}
.pitstop-chart .window{fill:#56b4e9;fill-opacity:.1}
.pitstop-chart .shut{fill:#9198a1;fill-opacity:.14}
.pitstop-chart .hatch{stroke:#9198a1}
.pitstop-chart .shift{fill:#6e7681}
.pitstop-chart .late{fill:#ff8f5a}
}`;

/** A standalone SVG that may also stand inside a page: no ids, no script, nothing from outside. */
export function svgOf({ title, description, widthPx, heightPx, body }: Drawing): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="pitstop-chart" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}" role="img" aria-label="${escapeXml(title)}">`,
    `<title>${escapeXml(title)}</title>`,
    `<desc>${escapeXml(description)}</desc>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" width="${widthPx}" height="${heightPx}" rx="6"/>`,
    ...body,
    '</svg>',
    '',
  ].join('\n');
}

export function textAt(x: number, y: number, words: string, kind = '', anchor: Anchor = 'start'): string {
  const attributes = `${kind === '' ? '' : ` class="${kind}"`}${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}`;
  return `<text x="${toPx(x)}" y="${toPx(y)}"${attributes}>${escapeXml(words)}</text>`;
}

export function pathOf(kind: string, d: string): string {
  return `<path class="${kind}" d="${d}"/>`;
}

export function rectOf(kind: string, x: number, y: number, widthPx: number, heightPx: number): string {
  return `<rect class="${kind}" x="${toPx(x)}" y="${toPx(y)}" width="${toPx(Math.max(0, widthPx))}" height="${toPx(heightPx)}"/>`;
}

export function circleOf(kind: string, x: number, y: number, radiusPx: number): string {
  return `<circle class="${kind}" cx="${toPx(x)}" cy="${toPx(y)}" r="${radiusPx}"/>`;
}

/** Straight from point to point; '' when there is no point. */
export function polyline(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${toPx(x)} ${toPx(y)}`).join('');
}

/** To a tenth of a pixel, so that a drawing reads the same on every machine. */
export function toPx(px: number): number {
  return Math.round(px * 10) / 10;
}

/** About how wide these words are, never less than what they take. */
export function widthPxOf(words: string): number {
  return words.length * CHAR_PX;
}

/** As many of the words as fit, the last character "…" where something was cut. */
export function fitted(words: string, roomPx: number): string {
  const chars = Math.max(1, Math.floor(roomPx / CHAR_PX));
  return words.length <= chars ? words : `${words.slice(0, chars - 1)}…`;
}

/**
 * XML text and attribute values. Characters that XML 1.0 cannot hold become a question mark, and so do those that would turn the
 * direction of the words around them.
 */
function escapeXml(words: string): string {
  return words
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]|[\u{202A}-\u{202E}\u{2066}-\u{2069}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
