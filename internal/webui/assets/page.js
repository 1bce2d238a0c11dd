// What a browser adds to a page that is whole without it: charts to point at, an open
// page that stays up to date, times that go on, a theme to choose, lines to copy.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// --- theme

const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";

const themeButton = $("#theme");

function showTheme() {
  if (!themeButton) return;
  themeButton.hidden = false;
  const other = isDark() ? "light" : "dark";
  themeButton.textContent = other === "dark" ? "Dark" : "Light";
  themeButton.setAttribute("aria-label", `Change to the ${other} theme`);
  drawAll();
}

themeButton?.addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem("theme", theme);
  } catch {
    // It holds for this page.
  }
  showTheme();
});
dark.addEventListener("change", showTheme);

// --- charts: drawn from the table that stands beside them

const plots = new Map(); // figure -> uPlot
const number = new Intl.NumberFormat("en", { useGrouping: true });
const spaced = (n) => number.format(n).replaceAll(",", "\u202f");

function numbersOf(figure) {
  const rows = $$("tr[data-at]", figure);
  if (rows.length === 0) return null;
  const { from, to, step } = figure.dataset;
  const at = new Map(rows.map((r) => [+r.dataset.at, r.dataset]));
  const times = [], counts = [], exposed = [];
  for (let t = +from; t < +to; t += +step) {
    times.push(t);
    counts.push(+(at.get(t)?.count ?? 0));
    exposed.push(+(at.get(t)?.exposed ?? 0));
  }
  return [times, counts, exposed];
}

function draw(figure) {
  plots.get(figure)?.destroy();
  plots.delete(figure);
  const data = window.uPlot && numbersOf(figure);
  const plot = $(".plot", figure);
  figure.classList.toggle("live", Boolean(data));
  plot.hidden = !data;
  if (!data) return;
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(name).trim();
  const step = +figure.dataset.step;
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: color("--quiet"), font, grid: { stroke: color("--line"), width: 1 }, ticks: { show: false } };
  const day = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" });
  const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
  const name = (t) => day.format(t * 1000) + (step < 86400 ? " " + hour.format(t * 1000) : "");
  const svg = $("svg", figure);
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", svg.getAttribute("aria-label"));
  // A bar stands on its whole step: the scale begins and ends half a step outside.
  const bars = uPlot.paths.bars({ size: [0.82, 40], align: 1, radius: data[0].length > 60 ? 0 : 0.12 });
  const chart = new uPlot({
    width: plot.clientWidth,
    height: 190,
    padding: [10, 4, 0, 0],
    legend: { show: false },
    tzDate: (t) => uPlot.tzDate(new Date(t * 1000), "UTC"),
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
    scales: {
      x: { time: true, range: () => [+figure.dataset.from, +figure.dataset.to] },
      y: { range: (_, __, most) => [0, Math.max(1, most * 1.08)] },
    },
    axes: [
      {
        ...axis, grid: { show: false }, size: 26, gap: 4, space: 90,
        values: (_, at) => at.map((t) => ((+figure.dataset.to - t) / (+figure.dataset.to - +figure.dataset.from) < 0.04 ? "" : t % 86400 === 0 ? day.format(t * 1000) : hour.format(t * 1000))),
      },
      { ...axis, size: 52, gap: 6, space: 36, values: (_, at) => at.map((n) => (Number.isInteger(n) ? spaced(n) : "")) },
    ],
    series: [
      {},
      { fill: color("--masked"), stroke: color("--masked"), width: 0, paths: bars, points: { show: false } },
      { fill: color("--exposed"), stroke: color("--exposed"), width: 0, paths: bars, points: { show: false } },
    ],
    hooks: {
      setCursor: [
        (u) => {
          const readout = $("[data-readout]", figure);
          if (!readout) return;
          readout.dataset.was ??= readout.textContent;
          const i = u.cursor.left >= 0 ? Math.min(data[0].length - 1, Math.max(0, Math.floor((u.posToVal(u.cursor.left, "x") - +figure.dataset.from) / step))) : null;
          const [times, counts, exposed] = u.data;
          readout.textContent = i === null ? readout.dataset.was : `${name(times[i])} UTC: ${spaced(counts[i] - exposed[i])} masked, ${spaced(exposed[i])} exposed`;
        },
      ],
    },
  }, data, plot);
  plots.set(figure, chart);
}

function drawAll() {
  $$("figure.plotted").forEach(draw);
}

let resized;
addEventListener("resize", () => {
  clearTimeout(resized);
  resized = setTimeout(() => plots.forEach((u, figure) => u.setSize({ width: $(".plot", figure).clientWidth, height: 190 })), 100);
});

// --- times

function ago(then, now) {
  const minutes = Math.floor((now - then) / 60000);
  const plural = (n, unit) => `${n} ${unit}${n === 1 ? "" : "s"} ago`;
  if (minutes < 1) return "just now";
  if (minutes < 60) return plural(minutes, "minute");
  if (minutes < 48 * 60) return plural(Math.floor(minutes / 60), "hour");
  return plural(Math.floor(minutes / 60 / 24), "day");
}

// The server's clock is what times are told by; this one may be wrong.
let ahead = 0;

function tell() {
  const now = Date.now() - ahead;
  for (const t of $$("time[datetime]")) {
    const then = Date.parse(t.dateTime);
    if (then && (t.textContent.endsWith(" ago") || t.textContent === "just now")) t.textContent = ago(then, now);
  }
}
setInterval(tell, 20000);

// --- lines to copy

function addCopying(root) {
  if (!navigator.clipboard) return;
  for (const snippet of $$(".snippet", root)) {
    if ($("button", snippet)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "small";
    button.textContent = "Copy";
    button.setAttribute("aria-label", `Copy: ${$("p", snippet).textContent}`);
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText($("pre", snippet).textContent);
      button.textContent = "Copied";
      say("Copied.");
      setTimeout(() => (button.textContent = "Copy"), 2000);
    });
    $("p", snippet).append(button);
  }
}

function say(text) {
  const news = $("#news");
  news.textContent = "";
  requestAnimationFrame(() => (news.textContent = text));
}

// --- staying up to date: the page is fetched anew and its live parts take the place of
// the ones shown

const leastBetween = 2000; // ms
let fetching = false, wanted = false, last = 0, told = 0;

async function refresh() {
  wanted = true;
  if (fetching || document.hidden) return;
  fetching = true;
  try {
    while (wanted && !document.hidden) {
      await new Promise((done) => setTimeout(done, Math.max(0, last + leastBetween - Date.now())));
      wanted = false;
      last = Date.now();
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, redirect: "follow" });
      if (answer.redirected && new URL(answer.url).pathname === "/signin") return location.reload();
      if (!answer.ok) continue;
      const date = Date.parse(answer.headers.get("Date"));
      if (date) ahead = Date.now() - date;
      adopt(new DOMParser().parseFromString(await answer.text(), "text/html"));
    }
  } catch {
    // The server is away; the stream says when it is back.
  } finally {
    fetching = false;
  }
}

// inUse keeps a part that someone is in the middle of.
function inUse(part) {
  const selection = getSelection();
  return (selection && !selection.isCollapsed && part.contains(selection.anchorNode)) || (part.contains(document.activeElement) && document.activeElement.matches("input, select, textarea"));
}

// mark names an element so that its twin in the new part can be found.
const mark = (e) => e.id || e.getAttribute("href") || "";

const came = new Map(); // id of a part -> what it was last given: all of it, and without times

function adopt(fresh) {
  let news = false;
  for (const part of $$("[data-live]")) {
    const twin = fresh.getElementById(part.id);
    // Times go on by themselves: they are no news.
    const bare = (e) => e.innerHTML.replace(/(<time[^>]*>)[^<]*/g, "$1");
    if (!twin || inUse(part)) continue;
    const before = came.get(part.id), now = { all: twin.innerHTML, bare: bare(twin) };
    if (before?.all === now.all) continue;
    news ||= before !== undefined && before.bare !== now.bare;
    came.set(part.id, now);
    const open = $$("details[open]", part).map((d) => d.id);
    const scrolled = $$(".scroll", part).map((e) => [e.scrollLeft, e.scrollTop]);
    const focused = part.contains(document.activeElement) ? mark(document.activeElement) : "";
    part.replaceChildren(...twin.childNodes);
    $$("details", part).forEach((d) => (d.open = open.includes(d.id)));
    $$(".scroll", part).forEach((e, i) => scrolled[i] && ([e.scrollLeft, e.scrollTop] = scrolled[i]));
    if (focused) $$("a, summary, [tabindex]", part).find((e) => mark(e) === focused)?.focus({ preventScroll: true });
    const figure = part.closest("figure.plotted");
    if (figure) {
      Object.assign(figure.dataset, { ...fresh.getElementById(figure.id).dataset });
      draw(figure);
    }
    addCopying(part);
  }
  if (news && Date.now() - told > 60000) {
    told = Date.now();
    say("The page has new findings.");
  }
}

const pulse = $("#pulse");

function alive(yes) {
  if (!pulse) return;
  pulse.hidden = false;
  pulse.classList.toggle("off", !yes);
  pulse.textContent = yes ? "Live" : "Not live";
}

function listen() {
  let revision = document.documentElement.dataset.revision;
  const stream = new EventSource("/events");
  stream.addEventListener("open", () => alive(true));
  stream.addEventListener("revision", (e) => {
    if (revision !== undefined && revision !== e.data) refresh();
    revision = e.data;
  });
  stream.addEventListener("error", () => {
    alive(false);
    if (stream.readyState !== EventSource.CLOSED) return; // it opens again by itself
    setTimeout(() => (refresh(), listen()), 30000);
  });
}

// --- trying a line, without losing it

const trying = $("#try");
trying?.addEventListener("submit", async (e) => {
  e.preventDefault();
  const answer = await fetch("/try", { method: "POST", body: new URLSearchParams(new FormData(trying)) }).catch(() => null);
  if (!answer || answer.redirected) return trying.submit();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  $("#result").replaceChildren(...fresh.getElementById("result").childNodes);
  $("#fault")?.remove();
  const fault = fresh.getElementById("fault");
  if (fault) trying.prepend(fault);
});

// --- only an accepted leak has a day on which that ends

const state = $("#decide #state");
function fields() {
  const accepted = state.value === "accepted";
  $("#reason").required = accepted;
  $("#expires").disabled = !accepted;
  if (!accepted) $("#expires").value = "";
}
if (state) {
  state.addEventListener("change", fields);
  fields();
}

// --- filters answer to a choice only when asked: a page that changes under a keyboard
// is no help

showTheme();
addCopying(document);
if ($("[data-live]")) {
  listen();
  document.addEventListener("visibilitychange", () => document.hidden || (wanted && refresh()));
}
