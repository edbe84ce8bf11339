// The dependency graph: layers from left to right, each service behind all that it depends on.

const SVG = "http://www.w3.org/2000/svg";
const BOX = { height: 34, gapX: 60, gapY: 14, letter: 7.6, padding: 40, margin: 10 };

const graph = { shape: "", nodes: new Map(), edges: [] };

function svgElement(tag, attributes = {}, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

// [[service, ...], ...]: in the order of the plan, in which dependencies come first.
function layersOf(services) {
  const layer = new Map();
  const layers = [];
  for (const { name, depends_on: needs } of services) {
    const at = Math.max(-1, ...needs.map((need) => layer.get(need) ?? -1)) + 1;
    layer.set(name, at);
    (layers[at] ??= []).push({ name, needs });
  }
  return layers;
}

// In each layer by the middle of what the services depend on: fewer lines cross.
function sortLayers(layers) {
  const place = new Map();
  for (const layer of layers) {
    const middle = ({ needs }) => needs.reduce((sum, need) => sum + (place.get(need) ?? 0), 0) / (needs.length || 1);
    const keys = new Map(layer.map((service) => [service, middle(service)]));
    layer.sort((a, b) => keys.get(a) - keys.get(b));
    layer.forEach((service, at) => place.set(service.name, at - (layer.length - 1) / 2));
  }
}

function placeBoxes(layers) {
  const boxes = new Map();
  const tallest = Math.max(...layers.map((layer) => layer.length));
  let x = BOX.margin;
  for (const layer of layers) {
    const width = Math.max(...layer.map(({ name }) => name.length * BOX.letter + BOX.padding));
    const top = BOX.margin + ((tallest - layer.length) * (BOX.height + BOX.gapY)) / 2;
    layer.forEach(({ name }, at) => boxes.set(name, { x, y: top + at * (BOX.height + BOX.gapY), width }));
    x += width + BOX.gapX;
  }
  const height = tallest * (BOX.height + BOX.gapY) - BOX.gapY + 2 * BOX.margin;
  return { boxes, width: x - BOX.gapX + BOX.margin, height };
}

function drawNode(name, { x, y, width }) {
  const mark = svgElement("text", { class: "mark-text", x: x + 12, y: y + 22 });
  const title = svgElement("title");
  const group = svgElement("g", { class: "node" }, title,
    svgElement("rect", { x, y, width, height: BOX.height, rx: 6 }), mark,
    svgElement("text", { x: x + 30, y: y + 22 }, name));
  return { group, mark, title };
}

function drawEdge(from, to) {
  const start = [from.x + from.width, from.y + BOX.height / 2];
  const end = [to.x - 7, to.y + BOX.height / 2];
  const bend = Math.max(24, (end[0] - start[0]) / 2);
  const line = svgElement("path", {
    class: "edge",
    d: `M${start} C${start[0] + bend},${start[1]} ${end[0] - bend},${end[1]} ${end}`,
  });
  const tip = svgElement("path", { class: "tip", d: `M${end} m7,0 l-8,-4 v8 z` });
  return { line, tip };
}

function drawGraph(services) {
  const layers = layersOf(services);
  graph.nodes.clear();
  graph.edges.length = 0;
  if (!layers.length) {
    byId("graph").replaceChildren("There is no service.");
    return;
  }
  sortLayers(layers);
  const { boxes, width, height } = placeBoxes(layers);
  const words = services.map(({ name, depends_on: needs }) => (needs.length ? `${name} needs ${needs.join(", ")}` : `${name} needs nobody`));
  const picture = svgElement("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": words.join("; ") });
  for (const { name, depends_on: needs } of services) {
    for (const need of needs) {
      const { line, tip } = drawEdge(boxes.get(need), boxes.get(name));
      graph.edges.push({ need, line });
      picture.append(line, tip);
    }
  }
  for (const { name } of services) {
    const node = drawNode(name, boxes.get(name));
    graph.nodes.set(name, node);
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
    setText(title, `${name} is ${state}`);
  }
  for (const { need, line } of graph.edges) line.classList.toggle("met", isMet(byName.get(need)));
}
