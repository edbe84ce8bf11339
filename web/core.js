// What all parts of the page use: elements, the token, requests to the control API, and words.
// Text gets into the page as text alone: nothing here, nor anywhere, writes HTML.

const byId = (id) => document.getElementById(id);

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// ---- The token: comes in the address, or for the ticket in it, and stays with this tab ----

const TOKEN_KEY = "a3s-token";
const TOKEN_FORM = /(?:^|[#&]token=)([0-9a-f]{64})$/;
const TICKET_FORM = /[#&]ticket=([0-9a-f]{64})$/;

// Not into the history, and not into anything that is copied out of the address bar.
const cleanAddress = () => history.replaceState(null, "", location.pathname);

// "a3s open" gives a ticket, which is good once.
async function useTicket(ticket) {
  const response = await fetch("/v1/token", {
    method: "POST", headers: { Authorization: `Ticket ${ticket}`, "Content-Type": "application/json" },
    cache: "no-store", credentials: "omit", redirect: "error",
  });
  if (response.ok) sessionStorage.setItem(TOKEN_KEY, (await response.json()).token);
}

// Whether the address had something.
async function takeToken() {
  const token = TOKEN_FORM.exec(location.hash)?.[1];
  const ticket = TICKET_FORM.exec(location.hash)?.[1];
  if (!token && !ticket) return false;
  cleanAddress();
  if (token) sessionStorage.setItem(TOKEN_KEY, token);
  else await useTicket(ticket).catch(() => {}); // then it is asked for
  return true;
}

// ---- Requests ----

class Refused extends Error {
  constructor(status, message, answer) {
    super(message);
    this.status = status;
    this.answer = answer;
  }
}

async function request(method, path, body, signal) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(TOKEN_KEY) ?? ""}` };
  if (method === "POST") headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method, headers, signal, body: body ? JSON.stringify(body) : undefined,
    cache: "no-store", credentials: "omit", redirect: "error",
  });
  if (response.ok) return response;
  const answer = await response.json().catch(() => ({}));
  throw new Refused(response.status, answer.error ?? `a3s answered ${response.status}`, answer);
}

const get = async (path) => (await request("GET", path)).json();
const post = async (path, body) => (await request("POST", path, body)).json();

// Hands over each line of a stream until it ends. A line is an object.
async function readLines(path, signal, onLine, onOpen) {
  const response = await request("GET", path, null, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  onOpen?.();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) onLine(JSON.parse(line));
  }
}

// How long to wait before the next try: longer from try to try, never quite the same.
function patience(tries) {
  return Math.min(8000, 300 * 2 ** tries) * (0.75 + Math.random() / 2);
}

// ---- Words ----

function duration(ms) {
  if (ms == null) return "–";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`;
}

function uptime(seconds) {
  if (seconds == null) return "–";
  const two = (n) => String(n).padStart(2, "0");
  const s = Math.floor(seconds);
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h${two(Math.floor(s / 60) % 60)}m`;
  return `${Math.floor(s / 86400)}d${two(Math.floor(s / 3600) % 24)}h`;
}

// A state's mark and colour; the word always stands beside them.
const LOOKS = {
  running: ["●", "good"], done: ["✓", "good"], starting: ["◐", "busy"], pending: ["○", "busy"],
  stopping: ["◌", "busy"], backoff: ["↻", "busy"], unhealthy: ["▲", "bad"], failed: ["✕", "bad"],
  blocked: ["⊘", "bad"], stopped: ["□", "idle"],
};
// In a sentence; elsewhere a state has its name.
const SAID = { backoff: "is waiting for its next try", failed: "has failed" };
const saidOf = (state) => SAID[state] ?? `is ${state ?? "not known"}`;
const lookOf = (state) => LOOKS[state] ?? ["?", "idle"];
