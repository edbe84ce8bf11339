// The log of one service or of all: history, then what comes. At most LINES_MAX lines are kept, in
// the page and while it is paused.

const LINES_MAX = 2000;
const HISTORY = 500;

const log = {
  abort: null, // of the stream
  last: 0, // the highest sequence number that was taken
  run: null, // the a3s that counted it
  waiting: [], // lines that are not shown yet
  dropped: 0, // of these, for want of room
  paused: false,
  drawing: false,
};

const colorOf = new Map(); // name -> class

function serviceColor(name) {
  if (!colorOf.has(name)) colorOf.set(name, `f${1 + (colorOf.size % 6)}`);
  return colorOf.get(name);
}

const filterText = () => byId("log-filter").value.toLowerCase();

function makeLine(entry) {
  if (entry.lost) {
    return element("div", { className: "lost", textContent: `${entry.lost} lines are missing: this page was too slow for them` });
  }
  const text = element("span", { className: "text" });
  addColored(text, entry.line);
  return element("div", { className: entry.stream },
    element("time", { dateTime: entry.time, textContent: entry.time.slice(11, 23) }),
    element("span", { className: `who ${entry.service === "a3s" ? "quiet" : serviceColor(entry.service)}`, textContent: entry.service }),
    text);
}

function matches(line, wanted) {
  return !wanted || line.textContent.toLowerCase().includes(wanted);
}

function showCount() {
  const box = byId("log");
  const shown = filterText() ? `${box.querySelectorAll(":scope > :not([hidden])").length} of ` : "";
  const held = log.paused && log.waiting.length ? `, ${log.waiting.length} more while paused` : "";
  setText(byId("log-count"), `${shown}${box.childElementCount} lines${held}`);
}

function draw() {
  log.drawing = false;
  if (!log.paused) {
    const box = byId("log");
    const wanted = filterText();
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 30;
    const entries = log.waiting.splice(0);
    if (log.dropped) entries.unshift({ lost: log.dropped });
    log.dropped = 0;
    const lines = entries.map(makeLine);
    for (const line of lines) line.hidden = !matches(line, wanted);
    box.append(...lines);
    while (box.childElementCount > LINES_MAX) box.firstElementChild.remove();
    if (atEnd) box.scrollTop = box.scrollHeight;
  }
  showCount();
}

function drawSoon() {
  if (log.drawing) return;
  log.drawing = true;
  // Not by frames: a tab in the background has none, and would have all of them at once.
  setTimeout(draw, 50);
}

function takeLine(entry) {
  if (entry.seq && entry.seq <= log.last) return; // told once more after a lost connection
  log.last = entry.seq ?? log.last;
  log.waiting.push(entry);
  if (log.waiting.length > LINES_MAX) {
    log.waiting.shift();
    log.dropped++;
  }
  drawSoon();
}

function clearLog() {
  log.waiting.length = log.dropped = 0;
  byId("log").replaceChildren();
  showCount();
}

// Follows until it is aborted: by another choice, or because a3s is gone.
async function followLog() {
  log.abort?.abort();
  const abort = (log.abort = new AbortController());
  const chosen = byId("log-service").value;
  const which = chosen ? `&service=${encodeURIComponent(chosen)}` : "";
  for (let tries = 0; !abort.signal.aborted; tries++) {
    try {
      await readLines(`/v1/logs?follow=1&lines=${HISTORY}${which}`, abort.signal, takeLine, () => (tries = 0));
    } catch (error) {
      if (abort.signal.aborted || error.status === 401 || error.status === 404) return;
    }
    await sleep(patience(tries));
  }
}

// Another a3s counts its lines anew.
function logOf(run) {
  if (log.run === run) return;
  log.run = run;
  log.last = 0;
  clearLog();
  followLog();
}

function chooseLog(name) {
  byId("log-service").value = name;
  log.last = 0;
  clearLog();
  selectTab("logs");
  followLog();
}

function offerLogs(names) {
  const select = byId("log-service");
  const offered = ["", "a3s", ...names];
  byId("log").style.setProperty("--who", `${Math.min(20, 2 + Math.max(4, ...names.map((name) => name.length)))}ch`);
  if (offered.join("\n") === [...select.options].map((option) => option.value).join("\n")) return;
  const before = select.value;
  select.replaceChildren(...offered.map((name) => element("option", { value: name, textContent: name || "all" })));
  select.value = offered.includes(before) ? before : "";
  if (before && before !== select.value) chooseLog("");
}

function initLogs() {
  byId("log-service").addEventListener("change", (event) => chooseLog(event.target.value));
  byId("log-filter").addEventListener("input", () => {
    const wanted = filterText();
    for (const line of byId("log").children) line.hidden = !matches(line, wanted);
    showCount();
  });
  byId("log-pause").addEventListener("click", (event) => {
    log.paused = !log.paused;
    event.target.setAttribute("aria-pressed", String(log.paused));
    drawSoon();
  });
  byId("log-clear").addEventListener("click", clearLog);
}
