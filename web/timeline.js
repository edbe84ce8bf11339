// The start as bars: how long each service waited, for whom, and how long it took to be ready. The
// critical path is the chain that all waited for: only a faster service of it makes the start faster.

const timeline = { data: null };

function bar(kind, from, to, end) {
  const made = element("span", { className: kind });
  made.style.left = `${(100 * from) / end}%`;
  made.style.width = `${(100 * (to - from)) / end}%`;
  return made;
}

function timelineRow(service, end, path) {
  const { name, asked_ms: asked, started_ms: started, ready_ms: ready } = service;
  const critical = path.includes(name);
  const track = element("span", { className: "track", "aria-hidden": "true" });
  if (service.of_start && asked != null) track.append(bar("wait", asked, started ?? end, end));
  if (service.of_start && started != null) track.append(bar("took", started, ready ?? end, end));
  const later = asked == null ? "not started" : `started later, after ${duration(asked)}`;
  return element("tr", { className: critical ? "critical" : "" },
    element("th", { scope: "row", textContent: name }),
    element("td", { className: "number", textContent: started == null ? "–" : duration(started - asked) }),
    element("td", { textContent: service.waited_for ?? "–" }),
    element("td", { className: "number", textContent: ready == null || started == null ? "–" : duration(ready - started) }),
    element("td", { className: "on-path", textContent: critical ? `${path.indexOf(name) + 1} of ${path.length}` : "" }),
    element("td", { className: "wide" }, service.of_start ? track : later));
}

function showTimeline(data) {
  const first = data.services.filter((service) => service.of_start);
  const moments = first.flatMap((s) => [s.asked_ms, s.started_ms, s.ready_ms]).filter((moment) => moment != null);
  const end = Math.max(1, ...moments);
  const path = data.critical_path;
  timeline.data = data;
  byId("timeline").tBodies[0].replaceChildren(...data.services.map((service) => timelineRow(service, end, path)));
  setText(byId("timeline-summary"), data.ready_ms == null ? "Nothing is ready yet."
    : `The last of ${first.length} was ready after ${duration(data.ready_ms)}. Critical path: ${path.join(" → ")}.`);
}

// The Trace Event Format, which chrome://tracing and Perfetto read. Times are microseconds.
function chromeTrace({ services, critical_path: path }) {
  const events = [];
  services.forEach((service, at) => {
    const tid = at + 1;
    const { name, asked_ms: asked, started_ms: started, ready_ms: ready } = service;
    const add = (what, from, to, args) => events.push({
      name: what, cat: "start", ph: "X", pid: 1, tid, ts: from * 1000, dur: (to - from) * 1000, args,
    });
    events.push({ name: "thread_name", ph: "M", pid: 1, tid, args: { name } });
    events.push({ name: "thread_sort_index", ph: "M", pid: 1, tid, args: { sort_index: at } });
    if (started != null && started > asked) {
      add(service.waited_for ? `waits for ${service.waited_for}` : "waits", asked, started, {});
    }
    if (started != null && ready != null) add(`${name} starts`, started, ready, { critical: path.includes(name) });
  });
  return { traceEvents: events, displayTimeUnit: "ms" };
}

function saveTrace() {
  const text = JSON.stringify(chromeTrace(timeline.data));
  const link = element("a", {
    href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "a3s-start.json",
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

function initTimeline() {
  byId("timeline-save").addEventListener("click", () => act("save the trace", async () => {
    if (!timeline.data) showTimeline(await get("/v1/timeline"));
    saveTrace();
  }));
}
