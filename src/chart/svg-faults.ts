// What is wrong with a drawing, for tests of any chart on any data: it must be whole, quiet, inside its own box, and free of odd numbers.
import { TITLE_FACTOR, widthPxOf } from './svg.ts';

/** Half a pixel of stroke may stand over. */
const SLACK_PX = 1;

interface Box {
  readonly width: number;
  readonly height: number;
}

/** One line a fault; empty: nothing is wrong. */
export function svgFaults(svg: string): string[] {
  const style = /<style>([^<]*)<\/style>/.exec(svg)?.[1] ?? '';
  const bare = svg.replace(/<style>[^<]*<\/style>/, '');
  const skeleton = bare.replaceAll(/>[^<>]*</g, '><');
  const box = { width: numberOf(bare, 'width'), height: numberOf(bare, 'height') };
  const attributes = bare.replaceAll(/>[^<]*<|aria-label="[^"]*"/g, '><');
  return [
    ...(WHOLE.test(skeleton) ? [] : ['tags do not close, or are others than these']),
    ...(/NaN|Infinity|undefined|e[+-]\d/.test(attributes) ? ['a number that is none'] : []),
    ...(/\sstyle=|\son\w+=|href|url\(|@import/.test(attributes + style) ? ['something from outside, or that acts'] : []),
    ...[...new Set([...attributes.matchAll(/class="([^"]*)"/g)].map(([, name = '']) => name))]
      .filter((name) => name !== 'pitstop-chart' && !style.includes(`.${name}`))
      .map((name) => `class ${name} has no look`),
    ...outside(bare, box),
  ];
}

/** The words of a drawing, in the order in which they are drawn. */
export function svgWords(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*>([^<]*)</g)].map(([, words = '']) => words);
}

const WHOLE = /^<svg [^<>]*><title><\/title><desc><\/desc>(?:<[a-z]+ [^<>]*\/>|<text [^<>]*><\/text>)*<\/svg>\s$/;

function outside(svg: string, box: Box): string[] {
  const texts = [...svg.matchAll(/<text ([^<>]*)>([^<]*)<\/text>/g)].flatMap(([, attributes = '', words = '']) =>
    textFaults(attributes, words, box),
  );
  const paths = [...svg.matchAll(/<path [^<>]*\bd="([^"]*)"/g)].flatMap(([, d = '']) => pathFaults(d, box));
  const rects = [...svg.matchAll(/<rect class="(?!page)[^<>]*\/>/g)].flatMap(([rect]) => {
    const [x, y] = [numberOf(rect, 'x'), numberOf(rect, 'y')];
    return inside(x, y, box) && inside(x + numberOf(rect, 'width'), y + numberOf(rect, 'height'), box) ? [] : [`outside: ${rect}`];
  });
  const circles = [...svg.matchAll(/<circle [^<>]*\/>/g)].flatMap(([circle]) =>
    inside(numberOf(circle, 'cx'), numberOf(circle, 'cy'), box) ? [] : [`outside: ${circle}`],
  );
  return [...texts, ...paths, ...rects, ...circles];
}

function textFaults(attributes: string, words: string, box: Box): string[] {
  const plain = words.replaceAll(/&[a-z]+;/g, '&');
  const wide = widthPxOf(plain) * (attributes.includes('class="title"') ? TITLE_FACTOR : 1);
  const x = numberOf(attributes, 'x');
  const from = attributes.includes('"end"') ? x - wide : attributes.includes('"middle"') ? x - wide / 2 : x;
  const y = numberOf(attributes, 'y');
  return inside(from, y, box) && inside(from + wide, y, box)
    ? []
    : [`outside: "${plain}" at ${Math.round(from)}..${Math.round(from + wide)}, ${y}`];
}

function pathFaults(d: string, box: Box): string[] {
  const points = [...d.matchAll(/([MLHV])(-?[\d.]+)(?: (-?[\d.]+))?/g)];
  const wrong = points.some(([, letter, a = '0', b = '0']) => {
    if (letter === 'H') return !inside(Number(a), 0, box);
    if (letter === 'V') return !inside(0, Number(a), box);
    return !inside(Number(a), Number(b), box);
  });
  return wrong ? [`outside: ${d.slice(0, 80)}`] : [];
}

function inside(x: number, y: number, { width, height }: Box): boolean {
  return x >= -SLACK_PX && y >= -SLACK_PX && x <= width + SLACK_PX && y <= height + SLACK_PX;
}

function numberOf(text: string, name: string): number {
  return Number(new RegExp(`(?:^|\\s)${name}="(-?[\\d.]+)"`).exec(text)?.[1] ?? 0);
}
