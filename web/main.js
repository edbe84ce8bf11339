// The page's life: it asks for the status whenever a3s says that something has changed, and tries
// again, with more and more patience, while there is no a3s.

const TABS = ["logs", "graph", "timeline", "plan"];
const state = { life: null, status: null, starts: null, refreshing: null, again: false };

// ---- Tabs ----

function selectTab(name) {
  for (const tab of TABS) {
    const button = byId(`tab-${tab}`);
    button.setAttribute("aria-selected", String(tab === name));
    button.tabIndex = tab === name ? 0 : -1;
    byId(`panel-${tab}`).hidden = tab !== name;
  }
  if (name === "plan") act("the plan", showPlan);
}

function initTabs() {
  for (const name of TABS) byId(`tab-${name}`).addEventListener("click", () => selectTab(name));
  document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
    const at = TABS.indexOf(event.target.id.slice("tab-".length));
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: TABS.length - 1 }[event.key];
    if (to == null) return;
    const name = TABS[(to + TABS.length) % TABS.length];
    event.preventDefault();
    selectTab(name);
    byId(`tab-${name}`).focus();
  });
}

// ---- What is shown ----

function setLink(kind, text) {
  const link = byId("link");
  link.className = `link ${kind}`;
  document.body.classList.toggle("stale", kind !== "live");
  setText(link, text);
  for (const button of document.querySelectorAll("header .actions button, td.do button")) button.disabled = kind !== "live";
}

function lock(reason) {
  byId("content").hidden = true;
  byId("locked").hidden = false;
  byId("locked-title").textContent = reason;
  setLink("gone", "no access");
}

function showStatus(status) {
  const bad = status.services.filter((service) => lookOf(service.state)[1] === "bad").length;
  const project = status.root?.split("/").pop() || status.a3sfile || "";
  state.status = status;
  document.title = `${bad ? `(${bad}!) ` : ""}a3s${project ? ` · ${project}` : ""}`;
  setText(byId("project"), project);
  byId("project").title = `${status.root ?? ""}: ${status.a3sfile ?? ""}`;
  showServices(status.services);
  offerLogs(status.services.map((service) => service.name));
  logOf(status.pid);
  byId("locked").hidden = true;
  byId("content").hidden = false;
  setLink("live", status.stopping ? "a3s is stopping everything" : "connected");
}

async function look() {
  const [status, starts] = await Promise.all([get("/v1/status"), get("/v1/timeline")]);
  showStatus(status);
  showTimeline(starts);
  showGraph(starts.services, status.services);
}

// Many changes at once are one look, and one more after it.
function refresh() {
  if (state.refreshing) {
    state.again = true;
    return state.refreshing;
  }
  state.refreshing = look().finally(() => {
    state.refreshing = null;
    if (state.again) {
      state.again = false;
      refresh().catch(() => {});
    }
  });
  return state.refreshing;
}

// What goes on without a change of state (probes, requests) is looked at now and then.
const PULSE = 5000;

async function watch(signal) {
  const pulse = setInterval(() => document.hidden || refresh().catch(() => {}), PULSE);
  try {
    await readLines("/v1/events", signal, () => refresh().catch(() => {}), () => refresh().catch(() => {}));
  } finally {
    clearInterval(pulse);
  }
}

async function live() {
  state.life?.abort();
  const { signal } = (state.life = new AbortController());
  for (let tries = 0; !signal.aborted; tries++) {
    try {
      await refresh();
      tries = 0;
      await watch(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (error.status === 401) {
        lock(sessionStorage.getItem(TOKEN_KEY) ? "The token is not that of the a3s that runs now" : "This page has no token");
        return;
      }
    }
    const wait = patience(tries);
    if (tries > 0 || !state.status) setLink("gone", `a3s does not answer; next try in ${duration(wait)}`);
    else setLink("gone", "a3s is gone");
    await sleep(wait);
  }
}

async function showPlan() {
  const plan = await get("/v1/plan");
  const parts = [];
  for (const [name, value] of Object.entries(plan)) {
    if (name === "services" && Array.isArray(value)) {
      for (const service of value) parts.push([`service "${service.name}"`, service]);
    } else if (typeof value === "object" && value) {
      parts.push([name, value]);
    }
  }
  byId("plan").replaceChildren(...parts.map(([title, value]) => element("details", {},
    element("summary", { textContent: title }), element("pre", { textContent: JSON.stringify(value, null, 2) }))));
}

// ---- What can be done ----

function reloadProblems(answer) {
  return element("pre", { textContent: answer.text ?? JSON.stringify(answer, null, 2) });
}

async function reload() {
  try {
    showDetails("The A3sfile was read again", reloadProblems(await post("/v1/reload")));
  } catch (error) {
    if (error.status !== 422) throw error;
    showDetails("The A3sfile is not valid; nothing has changed", reloadProblems(error.answer));
  }
}

function initActions() {
  for (const verb of ["start", "restart", "stop"]) {
    byId(`${verb}-all`).addEventListener("click", () => act(`${verb} all`, () => post(`/v1/${verb}`)));
  }
  byId("reload").addEventListener("click", () => act("reload", reload));
  byId("unlock").addEventListener("submit", (event) => {
    const match = TOKEN_FORM.exec(byId("token").value.trim());
    event.preventDefault();
    byId("token").value = "";
    if (!match) {
      byId("locked-title").textContent = "That is neither the address nor its token";
      return;
    }
    sessionStorage.setItem(TOKEN_KEY, match[1]);
    live();
  });
  // The address with a token, pasted into this very tab, loads nothing anew.
  addEventListener("hashchange", async () => (await takeToken()) && live());
}

initTabs();
initLogs();
initTimeline();
initActions();
setInterval(tickUptimes, 1000);
await takeToken();
live();
