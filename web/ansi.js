// A line of a log with the colours of its escape sequences (SGR, ECMA-48 8.3.117) as spans. Other
// sequences and control characters have no meaning in a line, and are left out.

const ESCAPES = /\x1b(?:\[([0-?]*)[ -/]*([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

function paletteColor(index) {
  if (index >= 232) {
    const grey = 8 + 10 * (index - 232);
    return `rgb(${grey}, ${grey}, ${grey})`;
  }
  const level = (n) => (n ? 55 + 40 * n : 0);
  const cube = index - 16;
  return `rgb(${level(Math.floor(cube / 36))}, ${level(Math.floor(cube / 6) % 6)}, ${level(cube % 6)})`;
}

// 38;5;n and 38;2;r;g;b; gives how many parameters belong to it.
function takeColor(look, numbers, at) {
  const [kind, n, g, b] = numbers.slice(at + 1);
  if (kind === 5) {
    look.front = n < 16 ? n : null;
    look.exact = n >= 16 && n < 256 ? paletteColor(n) : null;
    return 2;
  }
  if (kind === 2) {
    look.front = null;
    look.exact = `rgb(${n & 255}, ${g & 255}, ${b & 255})`;
    return 4;
  }
  return 0;
}

function applySgr(look, parameters) {
  const numbers = parameters.split(/[;:]/).map(Number);
  for (let i = 0; i < numbers.length; i++) {
    const n = numbers[i];
    if (n === 0) for (const key of Object.keys(look)) delete look[key];
    else if (n === 1) look.bold = true;
    else if (n === 2) look.dim = true;
    else if (n === 3) look.italic = true;
    else if (n === 4) look.underline = true;
    else if (n === 22) look.bold = look.dim = false;
    else if (n === 23) look.italic = false;
    else if (n === 24) look.underline = false;
    else if (n === 39) look.front = look.exact = null;
    else if (n >= 30 && n <= 37) [look.front, look.exact] = [n - 30, null];
    else if (n >= 90 && n <= 97) [look.front, look.exact] = [n - 82, null];
    else if (n === 38) i += takeColor(look, numbers, i);
    else if (n === 48) i += takeColor({}, numbers, i); // a background could hide the text
  }
}

function addPiece(target, text, look) {
  const plain = text.replace(CONTROLS, "");
  if (!plain) return;
  const classes = ["bold", "dim", "italic", "underline"].filter((name) => look[name]);
  if (look.front != null) classes.push(`f${look.front}`);
  if (!classes.length && !look.exact) {
    target.append(plain);
    return;
  }
  const span = element("span", { className: classes.join(" "), textContent: plain });
  if (look.exact) span.style.color = look.exact;
  target.append(span);
}

function addColored(target, line) {
  const look = {};
  let from = 0;
  for (const match of line.matchAll(ESCAPES)) {
    addPiece(target, line.slice(from, match.index), look);
    if (match[2] === "m" && !/[<-?]/.test(match[1])) applySgr(look, match[1]);
    from = match.index + match[0].length;
  }
  addPiece(target, line.slice(from), look);
}
