// The table of services. Rows are kept and changed in place, so that the focus stays where it is.

const rows = new Map(); // name -> {row, cells, service, seen}

const COLUMNS = ["state", "health", "pid", "port", "restarts", "uptime", "address", "reason", "do"];
const NUMBERS = new Set(["pid", "port", "restarts", "uptime"]);
const GOING = new Set(["running", "unhealthy", "starting", "pending", "backoff", "stopping"]);

async function act(what, task) {
  const trouble = byId("trouble");
  try {
    await task();
    trouble.hidden = true;
  } catch (error) {
    trouble.textContent = `${what}: ${error.message}`;
    trouble.hidden = false;
  }
}

function command(name, verb) {
  return act(`${verb} ${name}`, () => post(`/v1/services/${encodeURIComponent(name)}/${verb}`));
}

function addButtons(cell, name) {
  const button = (text, run) => {
    const made = element("button", { type: "button", textContent: text, "aria-label": `${text} ${name}` });
    made.addEventListener("click", run);
    cell.append(made);
    return made;
  };
  return {
    toggle: button("Start", () => command(name, GOING.has(rows.get(name).service.state) ? "stop" : "start")),
    restart: button("Restart", () => command(name, "restart")),
    why: button("Why", () => act(`why ${name}`, () => showWhy(name))),
  };
}

function makeRow(name) {
  const row = element("tr", { id: `service-${name}` });
  const choose = element("button", { type: "button", textContent: name, title: `Show the log of ${name}` });
  choose.addEventListener("click", () => chooseLog(name));
  row.append(element("th", { scope: "row" }, choose));
  const cells = {};
  for (const column of COLUMNS) {
    cells[column] = element("td", { className: NUMBERS.has(column) ? "number" : column });
    row.append(cells[column]);
  }
  const mark = element("span", { className: "mark", "aria-hidden": "true" });
  const word = element("span");
  cells.state.append(mark, word);
  const buttons = addButtons(cells.do, name);
  return { row, cells, mark, word, buttons };
}

function showAddress(cell, url) {
  if (cell.textContent === (url ?? "–")) return;
  cell.replaceChildren(url && /^https?:\/\//.test(url)
    ? element("a", { href: url, target: "_blank", rel: "noopener noreferrer", textContent: url }) : "–");
}

function healthOf(service) {
  if (service.healthy == null) return "–";
  const word = service.healthy ? "healthy" : "unhealthy";
  return service.flaps > 1 ? `${word}, ${service.flaps} flaps` : word;
}

function updateRow(entry, service) {
  const { cells, buttons } = entry;
  const [mark, look] = lookOf(service.state);
  const going = GOING.has(service.state);
  entry.service = service;
  entry.seen = performance.now();
  setText(entry.mark, mark);
  setText(entry.word, service.state);
  cells.state.className = `state ${look}`;
  setText(cells.health, healthOf(service));
  cells.health.className = service.healthy === false ? "health bad" : "health";
  setText(cells.pid, String(service.pid ?? "–"));
  setText(cells.port, String(service.port ?? "–"));
  const crashes = service.crash_count;
  setText(cells.restarts, service.restart_count + (crashes ? ` (${crashes} ${crashes === 1 ? "crash" : "crashes"})` : ""));
  showAddress(cells.address, service.url);
  const waits = service.waiting_on?.length ? `waits for ${service.waiting_on.join(", ")}` : "";
  setText(cells.reason, service.reason ?? waits);
  setText(buttons.toggle, going ? "Stop" : "Start");
  buttons.toggle.setAttribute("aria-label", `${going ? "Stop" : "Start"} ${service.name}`);
}

// Uptimes go on between two looks at the status.
function tickUptimes() {
  if (document.body.classList.contains("stale")) return; // nobody knows
  for (const { cells, service, seen } of rows.values()) {
    const since = (performance.now() - seen) / 1000;
    setText(cells.uptime, uptime(service.uptime_secs == null ? null : service.uptime_secs + since));
  }
}

// Requests that go wrong because somebody asked for it: never to be taken for a mistake of the service.
function showFaults(services) {
  const words = services.filter((service) => service.fault).map(({ name, fault }) => {
    const what = [fault.delay_ms ? `wait for ${fault.delay_ms} ms` : "", fault.error ? `get ${fault.error}` : ""];
    return `${name}: ${fault.rate} % of its requests ${what.filter(Boolean).join(" and ")}, on purpose (a3s fault)`;
  });
  byId("faults").hidden = !words.length;
  setText(byId("faults"), words.join("\n"));
}

function tell(changes) {
  if (changes.length > 4) changes.splice(4, Infinity, `and ${changes.length - 4} more`);
  if (changes.length) byId("news").textContent = changes.join("; ");
}

function showServices(services) {
  const body = byId("services").tBodies[0];
  const changes = [];
  const names = new Set(services.map((service) => service.name));
  for (const [name, entry] of rows) {
    if (names.has(name)) continue;
    entry.row.remove();
    rows.delete(name);
  }
  services.forEach((service, at) => {
    let entry = rows.get(service.name);
    if (entry && entry.service.state !== service.state) changes.push(`${service.name} ${saidOf(service.state)}`);
    if (!entry) rows.set(service.name, (entry = makeRow(service.name)));
    if (body.children[at] !== entry.row) body.insertBefore(entry.row, body.children[at] ?? null);
    updateRow(entry, service);
  });
  tickUptimes();
  showFaults(services);
  tell(changes);
}

// ---- Why, in a dialog ----

function showDetails(title, ...content) {
  byId("details-title").textContent = title;
  byId("details-body").replaceChildren(...content);
  if (!byId("details").open) byId("details").showModal();
}

async function showWhy(name) {
  const why = await get(`/v1/services/${encodeURIComponent(name)}/why`);
  const head = element("tr", {}, ...["Time", "Service", "What"].map((text) => element("th", { scope: "col", textContent: text })));
  const body = why.chain.map((record) => element("tr", {},
    element("td", { textContent: record.time.slice(11, 23) }),
    element("th", { scope: "row", textContent: record.service }),
    element("td", { className: "reason", textContent: record.text })));
  const { file, line, column } = why.source, output = why.last_output;
  const printed = output === null ? [] : [
    element("p", { textContent: `What ${output.service} printed last${output.lines.length ? "" : ": nothing"}` }),
    element("pre", { textContent: output.lines.join("\n"), hidden: !output.lines.length })];
  showDetails(`Why ${name} ${saidOf(why.state)}`,
    element("p", { textContent: why.text }),
    element("p", { className: "quiet", textContent: `declared at ${file}:${line}:${column}` }),
    element("table", {}, element("thead", {}, head), element("tbody", {}, ...body)), ...printed);
}
