// The dependency graph: layers from left to right, each service behind all that it depends on.

const SVG = "http://www.w3.org/2000/svg";
const BOX = { height: 34, way: 6, gapX: 60, gapY: 14, letter: 7.6, padding: 40, margin: 10 };

const graph = { shape: "", nodes: new Map(), edges: [] };

function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// [[item, ...], ...]: in the order of the plan, in which dependencies come first. A line that skips
// layers gets an item without a name in each of them, so that it has a way of its own.
function layersOf(services) {
  const layerOf = new Map();
  const layers = [];
  const ways = []; // of each line: the items that it leads through, its ends included
  const add = (at, item) => {
    (layers[at] ??= []).push(item);
    return item;
  };
  const items = new Map();
  for (const { name, depends_on: needs } of services) {
    const at = Math.max(-1, ...needs.map((need) => layerOf.get(need))) + 1;
    layerOf.set(name, at);
    items.set(name, add(at, { name, behind: [] }));
    for (const need of needs) {
      const way = [items.get(need)];
      for (let between = layerOf.get(need) + 1; between < at; between++) {
        way.push(add(between, { name: null, behind: [way.at(-1)] }));
      }
      items.get(name).behind.push(way.at(-1));
      ways.push([...way, items.get(name)]);
    }
  }
  return { layers, ways };
}

// In each layer by the middle of what the items are behind: fewer lines cross.
function sortLayers(layers) {
  for (const layer of layers) {
    for (const item of layer) {
      item.middle = item.behind.reduce((sum, other) => sum + other.place, 0) / (item.behind.length || 1);
    }
    layer.sort((a, b) => a.middle - b.middle);
    layer.forEach((item, at) => (item.place = at - (layer.length - 1) / 2));
  }
}

// Sets x, y, width and height of all items; gives the size of the picture.
function placeItems(layers) {
  const heightOf = (item) => (item.name ? BOX.height : BOX.way);
  const tall = layers.map((layer) => layer.reduce((sum, item) => sum + heightOf(item) + BOX.gapY, -BOX.gapY));
  const height = Math.max(...tall);
  let x = BOX.margin;
  layers.forEach((layer, at) => {
    const width = Math.max(...layer.map(({ name }) => (name?.length ?? 0) * BOX.letter + BOX.padding));
    let y = BOX.margin + (height - tall[at]) / 2;
    for (const item of layer) {
      Object.assign(item, { x, y, width, height: heightOf(item) });
      y += item.height + BOX.gapY;
    }
    x += width + BOX.gapX;
  });
  return { width: x - BOX.gapX + BOX.margin, height: height + 2 * BOX.margin };
}

function drawNode({ name, x, y, width }) {
  const mark = svgElement("text", { class: "mark-text", x: x + 12, y: y + 22 });
  const title = svgElement("title");
  const group = svgElement("g", { class: "node" }, title,
    svgElement("rect", { x, y, width, height: BOX.height, rx: 6 }), mark,
    svgElement("text", { x: x + 30, y: y + 22 }, name));
  return { group, mark, title };
}

function drawLine(way) {
  const end = way.at(-1);
  let path = "";
  let at = null; // where the pen is
  for (const item of way) {
    const y = item.y + item.height / 2;
    const into = item === end ? item.x - 7 : item.x;
    if (at) {
      const bend = (into - at.x) / 2;
      path += ` C${at.x + bend},${at.y} ${into - bend},${y} ${into},${y}`;
      if (item !== end) path += ` H${item.x + item.width}`;
    } else {
      path = `M${item.x + item.width},${y}`;
    }
    at = { x: item.x + item.width, y };
  }
  const tip = svgElement("path", { class: "tip", d: `M${end.x},${end.y + end.height / 2} l-8,-4 v8 z` });
  return { line: svgElement("path", { class: "edge", d: path }), tip };
}

function drawGraph(services) {
  const { layers, ways } = layersOf(services);
  graph.nodes.clear();
  graph.edges.length = 0;
  if (!layers.length) {
    byId("graph").replaceChildren("There is no service.");
    return;
  }
  sortLayers(layers);
  const { width, height } = placeItems(layers);
  const words = services.map(({ name, depends_on: needs }) => `${name} needs ${needs.join(", ") || "nobody"}`);
  const picture = svgElement("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words.join("; ") });
  for (const way of ways) {
    const { line, tip } = drawLine(way);
    graph.edges.push({ need: way[0].name, line });
    picture.append(line, tip);
  }
  for (const item of layers.flat().filter(({ name }) => name)) {
    const node = drawNode(item);
    graph.nodes.set(item.name, node);
    picture.append(node.group);
  }
  byId("graph").replaceChildren(picture);
}

const isMet = (service) => service && (service.kind === "task" ? service.state === "done" : service.state === "running");

// services: of the timeline, who needs whom; status: of the status, how they are.
function showGraph(services, status) {
  const shape = JSON.stringify(services.map(({ name, depends_on: needs }) => [name, needs]));
  if (shape !== graph.shape) drawGraph(services);
  graph.shape = shape;
  const byName = new Map(status.map((service) => [service.name, service]));
  for (const [name, { group, mark, title }] of graph.nodes) {
    const state = byName.get(name)?.state;
    const [sign, look] = lookOf(state);
    group.setAttribute("class", `node ${look}`);
    setText(mark, sign);
    setText(title, `${name} ${saidOf(state)}`);
  }
  for (const { need, line } of graph.edges) line.classList.toggle("met", isMet(byName.get(need)));
}
