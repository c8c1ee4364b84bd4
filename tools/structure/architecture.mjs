/**
 * The picture of docs/ARCHITECTURE.md, drawn from the imports: packages in layers, and the folders of core and explorer in theirs. An arrow goes
 * from who imports to what is imported; one that follows from others is left out, one that runs back is dashed. SVG by hand: it has to be the same on every machine.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN } from './cycles.mjs';
import { arrow, cyclesOf, folderOf, importsOf, packagesOf } from './imports.mjs';

const BOX = { height: 30, gapX: 16, gapY: 46, letter: 7.4, pad: 20 };
const WIDTH = 960;

/** Which package a specifier names, as a folder of `packages`. */
const packageNamed = (specifier) => /^@shootdown\/([^/]+)/.exec(specifier)?.[1];

function packageGraph(root) {
  const graph = new Map();
  for (const name of packagesOf(root)) {
    if (!graph.has(name)) graph.set(name, new Set());
    for (const { to } of importsOf(root, name)) {
      const other = packageNamed(to);
      if (other !== undefined && other !== name) arrow(graph, name, other);
    }
  }
  // the command line loads the packages of its default configuration by name, when it is run
  const cli = JSON.parse(readFileSync(join(root, 'packages', 'cli', 'package.json'), 'utf8'));
  for (const dependency of Object.keys(cli.dependencies ?? {})) {
    const other = packageNamed(dependency);
    if (other !== undefined && graph.has('cli')) arrow(graph, 'cli', other);
  }
  return graph;
}

/** Arrows between folders, those that are known to run back apart. */
function folderGraph(root, packageName) {
  const graph = new Map();
  const back = new Set();
  for (const { from, to, reason } of importsOf(root, packageName).filter((it) => it.to.endsWith('.ts'))) {
    const [a, b] = [folderOf(from), folderOf(to)];
    if (a === undefined || b === undefined || a === b) continue;
    if (reason || KNOWN.includes(`${packageName}: ${a} -> ${b}`)) back.add(`${a} ${b}`);
    else arrow(graph, a, b);
  }
  return { graph, back: [...back].sort().map((it) => it.split(' ')) };
}

const reaches = (graph, from, to, seen = new Set()) => {
  if (from === to) return true;
  seen.add(from);
  return [...(graph.get(from) ?? [])].some((next) => !seen.has(next) && reaches(graph, next, to, seen));
};

/** Layers from the bottom: a node stands above all it points to. What is in a cycle stands in one layer. */
function layered(graph) {
  const group = new Map(cyclesOf(graph).flatMap((names) => names.map((name) => [name, names])));
  const layer = new Map();
  const of = (node) => {
    if (layer.has(node)) return layer.get(node);
    const names = group.get(node) ?? [node];
    const below = names.flatMap((name) => [...graph.get(name)].filter((to) => !names.includes(to)));
    const height = below.length === 0 ? 0 : Math.max(...below.map(of)) + 1;
    for (const name of names) layer.set(name, height);
    return height;
  };
  const layers = [];
  for (const node of [...graph.keys()].sort()) (layers[of(node)] ??= []).push(node);
  return layers;
}

/** Arrows that no way round says too. */
function needed(graph) {
  const without = (from, to) =>
    new Map([...graph].map(([a, bs]) => [a, new Set([...bs].filter((b) => a !== from || b !== to))]));
  return [...graph].flatMap(([from, tos]) =>
    [...tos].filter((to) => !reaches(without(from, to), from, to)).map((to) => [from, to]),
  );
}

const round = (n) => Math.round(n * 10) / 10;

/** Boxes with their places, top layer first; each layer is ordered by where the boxes above that point to it stand. */
function placed(graph, top) {
  const boxes = new Map();
  const rows = layered(graph).reverse();
  rows.forEach((names, row) => {
    const pull = (name) => {
      const above = [...boxes].filter(([other]) => graph.get(other).has(name)).map(([, box]) => box.x + box.width / 2);
      return above.length === 0 ? WIDTH / 2 : above.reduce((sum, x) => sum + x, 0) / above.length;
    };
    const sorted = [...names].sort((a, b) => pull(a) - pull(b) || (a < b ? -1 : 1));
    const widths = sorted.map((name) => round(name.length * BOX.letter + BOX.pad));
    let x = (WIDTH - widths.reduce((sum, width) => sum + width + BOX.gapX, -BOX.gapX)) / 2;
    sorted.forEach((name, i) => {
      boxes.set(name, { x: round(x), y: top + row * (BOX.height + BOX.gapY), width: widths[i] });
      x += widths[i] + BOX.gapX;
    });
  });
  return { boxes, height: rows.length * (BOX.height + BOX.gapY) - BOX.gapY };
}

function line(from, to, back) {
  const shift = back ? 14 : 0;
  const start = [from.x + from.width / 2 + shift, from.y + (back ? 0 : BOX.height)];
  const end = [to.x + to.width / 2 + shift, to.y + (back ? BOX.height : 0)];
  if (from.y === to.y) {
    const lift = from.y - 18;
    const middle = round((start[0] + end[0]) / 2);
    return `<path class="back" d="M${round(start[0])} ${from.y} Q${middle} ${lift} ${round(end[0])} ${to.y}" marker-end="url(#tip)"/>`;
  }
  const bend = (end[1] - start[1]) / 2;
  return `<path${back ? ' class="back"' : ''} d="M${round(start[0])} ${round(start[1])} C${round(start[0])} ${round(start[1] + bend)} ${round(end[0])} ${round(end[1] - bend)} ${round(end[0])} ${round(end[1])}" marker-end="url(#tip)"/>`;
}

function panel(title, { graph, back = [] }, top) {
  const { boxes, height } = placed(graph, top + 44);
  const lines = [...needed(graph), ...back].map(([from, to]) => {
    const [a, b] = [boxes.get(from), boxes.get(to)];
    return line(a, b, a.y >= b.y);
  });
  const rects = [...boxes].map(
    ([name, { x, y, width }]) =>
      `<rect x="${x}" y="${y}" width="${width}" height="${BOX.height}" rx="5"/><text x="${round(x + width / 2)}" y="${y + 20}" text-anchor="middle">${name}</text>`,
  );
  return {
    text: [`<text class="title" x="24" y="${top + 20}">${title}</text>`, ...lines, ...rects].join('\n'),
    bottom: top + 44 + height + 34,
  };
}

const STYLE = `
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328; }
.title { font: 600 14px system-ui, sans-serif; }
rect { fill: #eef4fb; stroke: #4a6a8a; }
path { fill: none; stroke: #7d8894; stroke-width: 1.2; }
.back { stroke: #c0392b; stroke-dasharray: 4 3; }
#tip path { fill: #7d8894; stroke: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  rect { fill: #1c2733; stroke: #7fa3c7; }
  path { stroke: #8b96a2; }
  .back { stroke: #ff7b72; }
  #tip path { fill: #8b96a2; }
}`;

/** The whole picture, as the text of an SVG file. */
export function architecture(root) {
  const panels = [
    ['Packages: who imports whom', { graph: packageGraph(root) }],
    ['Folders of core', folderGraph(root, 'core')],
    ['Folders of explorer', folderGraph(root, 'explorer')],
  ];
  let y = 12;
  const texts = panels.map(([title, arrows]) => {
    const { text, bottom } = panel(title, arrows, y);
    y = bottom;
    return text;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="Packages and folders in layers, with arrows from who imports to what is imported">`,
    `<style>${STYLE}\n</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 L8 4 L0 8 z"/></marker></defs>',
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}
