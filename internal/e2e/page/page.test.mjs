// The ledger's page in a real Chromium: each flow as a person goes through it, axe on
// every page in light and dark, and how soon a list of 10,000 leaks is there. Lines that
// begin with "page:" are the figures.
//
// The page belongs to a real Collector over a seeded ledger; internal/e2e/page/run builds
// both and starts this.
import assert from "node:assert/strict";
import { spawn, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";

const { AIRTIGHT, SEED, PAGE_SHOTS } = process.env;
const viewer = "a-viewers-token-here", responder = "a-responders-token-here";
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const work = mkdtempSync(join(tmpdir(), "airtight-page-"));
const figure = (text) => console.log(`page: ${text}`);

// --- what is looked at

const running = [];

// serve starts a Collector over a ledger with so many leaks.
async function serve(leaks) {
  const database = join(work, `ledger-${leaks}.db`);
  execFileSync(SEED, ["-database", database, "-leaks", String(leaks)], { stdio: "inherit" });
  const [page, otlp] = execFileSync(SEED, ["-addresses", "2"], { encoding: "utf8" }).trim().split("\n");
  const child = spawn(AIRTIGHT, ["run", "--config", new URL("page.yaml", import.meta.url).pathname], {
    env: { ...process.env, PAGE_DATABASE: database, PAGE_ENDPOINT: page, PAGE_OTLP: otlp, PAGE_VIEWER: viewer, PAGE_RESPONDER: responder },
    stdio: "inherit",
  });
  running.push(child);
  const base = `http://${page}`;
  for (let i = 0; ; i++) {
    if ((await fetch(`${base}/healthz`).catch(() => null))?.ok) return { base, otlp: `http://${otlp}` };
    assert.ok(i < 300 && child.exitCode === null, "the Collector does not start");
    await new Promise((r) => setTimeout(r, 100));
  }
}

// leak sends a log record of a service in which there is an e-mail address.
async function leak({ otlp }, service) {
  const text = (stringValue) => ({ stringValue });
  const answer = await fetch(`${otlp}/v1/logs`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      resourceLogs: [{
        resource: { attributes: [{ key: "service.name", value: text(service) }] },
        scopeLogs: [{ logRecords: [{ body: text(`mail to user${Date.now()}@example.org sent`) }] }],
      }],
    }),
  });
  assert.ok(answer.ok);
}

// --- who looks

const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];
let browser, site;
const complaints = []; // what the browser says against a page, in any flow

// visit opens a page as someone signed in with a token; nobody without one.
async function visit(token, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, baseURL: (options.site ?? site).base, ...options });
  const page = await context.newPage();
  page.on("console", (m) => m.type() === "error" && !/the server responded with a status of 4\d\d/.test(m.text()) && complaints.push(m.text()));
  page.on("pageerror", (e) => complaints.push(e.message));
  if (token) await page.goto(`/?token=${token}`);
  return page;
}

let shots = 0;
async function shot(page, name) {
  if (!PAGE_SHOTS) return;
  mkdirSync(PAGE_SHOTS, { recursive: true });
  await page.screenshot({ path: join(PAGE_SHOTS, `${name}.png`), fullPage: true });
  shots++;
}

let flows = 0;
function flow(name, f) {
  test(name, { timeout: 120000 }, async () => {
    await f();
    flows++;
  });
}

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, args: flags });
  site = await serve(40);
});

after(async () => {
  await browser?.close();
  for (const child of running) {
    const ended = new Promise((r) => child.once("exit", r));
    child.kill("SIGTERM");
    await ended;
  }
  rmSync(work, { recursive: true, force: true });
  figure(`${flows} flows passed, ${shots} screenshots`);
});

const title = (page) => page.locator("h1").innerText();
const status = (page, method, path, form) =>
  page.evaluate(async ([method, path, form]) => (await fetch(path, { method, body: form && new URLSearchParams(form), redirect: "manual" })).status, [method, path, form]);

// --- the flows

flow("sign in, and come to the page that was asked for", async () => {
  const page = await visit();
  await page.goto("/leaks?class=secret");
  assert.match(page.url(), /\/signin\?to=/);
  await shot(page, "signin");
  await page.getByLabel("Token").fill("not-a-token-of-this-ledger");
  await page.getByRole("button", { name: "Sign in" }).click();
  assert.match(await page.getByRole("alert").innerText(), /not one of this ledger/);
  await page.getByLabel("Token").fill(viewer);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/leaks?class=secret");
  assert.equal(await title(page), "Leaks");
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("**/signin");
  await page.goto("/leaks");
  assert.match(page.url(), /\/signin/);
});

flow("overview: tiles, a chart and its table, busiest services", async () => {
  const page = await visit(viewer);
  assert.equal(await title(page), "Overview");
  assert.match(await page.locator(".tiles").innerText(), /Open incidents\s+1/);
  await page.locator("figure.plotted.live canvas").waitFor();
  assert.equal(await page.locator("svg.chart").isVisible(), false);
  assert.match(await page.locator(".plot").getAttribute("aria-label"), /Findings by the hour over the last 7 days: \d+ in all/);
  const box = await page.locator(".u-over").boundingBox();
  await page.mouse.move(box.x + box.width - 60, box.y + 40);
  assert.match(await page.locator("[data-readout]").innerText(), /UTC: \S+ masked, \S+ exposed/);
  await page.getByText("The numbers as a table").click();
  assert.ok((await page.getByRole("group", { name: "Findings by the hour" }).getByRole("row").count()) > 20);
  await page.getByRole("link", { name: "30 days" }).click();
  await page.locator("figure.plotted.live canvas").waitFor();
  assert.match(await page.locator(".plot").getAttribute("aria-label"), /by the day over the last 30 days/);
  await shot(page, "overview-30d");
  const busiest = page.locator("#services th[scope=row] a").first();
  const name = await busiest.innerText();
  await busiest.click();
  assert.equal(await page.getByLabel("Service").inputValue(), name);
});

flow("filter the list", async () => {
  const page = await visit(viewer);
  await page.getByRole("link", { name: "Leaks", exact: true }).click();
  const rows = page.locator("table.leaks tbody tr");
  assert.equal(await rows.count(), 40);
  await page.getByLabel("Service").fill("checkout");
  await page.getByRole("button", { name: "Show" }).click();
  assert.equal(await rows.count(), 5);
  await page.getByRole("link", { name: "Clear" }).click();
  await page.getByLabel("Exposure").selectOption("exposed");
  await page.getByLabel("Class").selectOption("secret");
  await page.getByRole("button", { name: "Show" }).click();
  const tags = await page.locator(".tag.exposed").count();
  assert.ok(tags > 0 && tags === (await rows.count()));
  await page.getByLabel("State").selectOption("fixed");
  await page.getByRole("button", { name: "Show" }).click();
  assert.match(await page.locator("#list").innerText(), /No leak matches/);
});

async function someLeak(page, query) {
  await page.goto(`/leaks?${query}`);
  await page.locator("table.leaks tbody th a").first().click();
  await page.waitForURL("**/leaks/*");
}

flow("a leak's page says where, why, since when, where to and what to do", async () => {
  const page = await visit(viewer);
  await someLeak(page, "service=reports&exposure=exposed");
  for (const heading of ["What to do", "Why, maybe", "Findings over time", "Where it comes from", "Where it went", "The same values elsewhere", "What was decided"])
    assert.ok(await page.getByRole("heading", { name: heading }).isVisible(), heading);
  assert.match(await page.locator("main").innerText(), /otlp_http\/logs/);
  assert.match(await page.getByRole("link", { name: "where it is revoked" }).getAttribute("href"), /^https:/);
  await page.locator("figure.plotted.live canvas").waitFor();
});

flow("a responder decides", async () => {
  const page = await visit(responder);
  await someLeak(page, "service=search");
  await page.getByLabel("New state").selectOption("accepted");
  await page.getByRole("button", { name: "Decide" }).click();
  assert.equal(await page.getByLabel("Reason").evaluate((e) => e.validity.valueMissing), true);
  await page.getByLabel("Reason").fill("test data of <b>search</b>");
  await page.getByLabel("Accepted till").fill("2099-03-01");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByText("Written down.").waitFor();
  const audit = await page.locator("#audit").innerText();
  assert.match(audit, /responder open → accepted/);
  assert.match(audit, /test data of <b>search<\/b>/);
  await shot(page, "leak-decided");
  await page.getByLabel("New state").selectOption("open");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByText("accepted → open").waitFor();
});

flow("a viewer may not decide", async () => {
  const page = await visit(viewer);
  await someLeak(page, "service=billing");
  const path = new URL(page.url()).pathname;
  assert.equal(await page.getByRole("button", { name: "Decide" }).count(), 0);
  assert.match(await page.locator("main").innerText(), /You may read here and not decide/);
  assert.equal(await status(page, "POST", `${path}/state`, { state: "fixed" }), 403);
  assert.equal(await status(page, "POST", `/api/v1${path}/state`, { state: "fixed" }), 403);
  assert.equal(await status(page, "POST", "/incidents/ratecheckout0001/close", { reason: "x" }), 403);
  await page.reload();
  assert.match(await page.locator("#audit").innerText(), /Nothing yet/);
});

flow("another site can't decide for a responder", async () => {
  const page = await visit(responder);
  await someLeak(page, "service=gateway");
  // The same browser, with the cookie, and a page of another port: to a browser that is
  // the same site, so that SameSite alone would let it through.
  const other = createServer((_, w) => {
    w.setHeader("Content-Type", "text/html");
    w.end(`<form method="post" action="${page.url()}/state"><input name="state" value="fixed"><button>Win a prize</button></form>`);
  });
  await new Promise((r) => other.listen(0, "127.0.0.1", r));
  const lure = await page.context().newPage();
  await lure.goto(`http://127.0.0.1:${other.address().port}/`);
  const [answer] = await Promise.all([lure.waitForResponse((r) => r.url().endsWith("/state")), lure.getByRole("button").click()]);
  assert.match((await answer.request().allHeaders()).cookie, /airtight_session=/);
  assert.equal(answer.status(), 403);
  await lure.close();
  other.close();
  await page.reload();
  assert.match(await page.locator("#audit").innerText(), /Nothing yet/);
});

flow("incidents: the list, one that is open, and closing it", async () => {
  const page = await visit(responder);
  await page.getByRole("link", { name: "Incidents", exact: true }).click();
  assert.equal(await page.locator("table.leaks tbody tr").count(), 2);
  await page.getByLabel("State").selectOption("open");
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByRole("link", { name: "More than is ordinary" }).click();
  const text = await page.locator("main").innerText();
  for (const want of ["412", "18", "would be ordinary", "Its leaks", "jwt"]) assert.ok(text.includes(want), want);
  await shot(page, "incident");
  await page.getByLabel("Contain the source for").selectOption("1h");
  await page.getByRole("button", { name: "Contain it" }).click();
  await page.getByText("Contained till").waitFor();
  await shot(page, "incident-contained");
  await page.getByRole("button", { name: "Release it" }).click();
  await page.getByRole("button", { name: "Contain it" }).waitFor();
  await page.getByLabel("Why it is closed").fill("a load test");
  await page.getByRole("button", { name: "Close it" }).click();
  await page.getByText("Written down.").waitFor();
  assert.match(await page.locator("#figures").innerText(), /closed/);
  assert.match(await page.locator("#audit").innerText(), /a load test/);
  await page.goto("/");
  assert.match(await page.locator(".tiles").innerText(), /Open incidents\s+0/);
});

flow("try a line", async () => {
  const page = await visit(viewer);
  await page.getByRole("link", { name: "Try a line" }).click();
  const text = "login ok\nmail to ann.heron@example.org sent";
  await page.getByLabel("Lines of a log").fill(text);
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByRole("heading", { name: "One thing is found, and masked" }).waitFor();
  const result = await page.locator("#result").innerText();
  for (const want of ["Left as it is", "Masked as [redacted:email]", "e-mail address", "Validator", "default policy"]) assert.ok(result.includes(want), want);
  assert.ok(!result.includes("heron"));
  assert.equal(await page.getByLabel("Lines of a log").inputValue(), text);
  await shot(page, "try-result");
  await page.getByLabel("Lines of a log").fill("session=8f2c");
  await page.getByLabel("Attribute that it is the value of").fill("http.request.header.cookie");
  await page.getByRole("button", { name: "Explain" }).click();
  await page.getByRole("heading", { name: "One thing is found, and masked" }).waitFor();
});

flow("shadow findings, with the lines for the policy", async () => {
  const page = await visit(viewer);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("link", { name: "Shadow" }).click();
  assert.equal(await title(page), "Found and not masked");
  await page.getByText("Lines for the policy").first().click();
  assert.match(await page.locator("#shadow pre:visible").nth(1).innerText(), /overrides:\n  - \{match: \{service.name: [a-z]+\}, modes: \{[a-z-]+: enforce\}\}/);
  assert.match(await page.locator("#shadow pre:visible").nth(2).innerText(), /allow:\n  - \{value: "COPY from/);
  await shot(page, "shadow-lines");
  await page.getByRole("button", { name: /^Copy: Mask it everywhere/ }).first().click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^modes:\n  [a-z-]+: enforce\n$/);
});

flow("light and dark, by the system and by choice", async () => {
  const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const page = await visit(viewer);
  const light = await ground(page);
  await page.emulateMedia({ colorScheme: "dark" });
  const dark = await ground(page);
  assert.notEqual(light, dark);
  await page.getByRole("button", { name: "Change to the light theme" }).click();
  assert.equal(await ground(page), light);
  await page.goto("/leaks");
  assert.equal(await ground(page), light);
  await page.getByRole("button", { name: "Change to the dark theme" }).click();
  assert.equal(await ground(page), dark);
});

flow("with the keyboard alone", async () => {
  const page = await visit(responder);
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const focused = () => page.evaluate(() => document.activeElement.matches("input, select") ? document.activeElement.id : document.activeElement.innerText.trim());
  const tabTo = async (name) => {
    for (let i = 0; i < 120; i++) {
      await press("Tab");
      if ((await focused()) === name) return;
    }
    assert.fail(`the keyboard does not reach ${name}`);
  };
  await press("Tab");
  assert.equal(await focused(), "Skip to content");
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), "none");
  await tabTo("Leaks");
  await press("Enter");
  await page.waitForURL("**/leaks");
  await press("Tab", "Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
  await tabTo("service");
  await page.keyboard.type("shipping");
  await press("Enter");
  await page.waitForURL("**/leaks?service=shipping*");
  await tabTo("aws-access-key-id");
  await press("Enter");
  await page.waitForURL("**/leaks/*");
  await tabTo("state");
  await page.keyboard.type("acknowledged");
  await tabTo("Decide");
  await press("Enter");
  await page.getByText("open → acknowledged").waitFor();
});

flow("an open page learns of a new leak by itself", async () => {
  const page = await visit(viewer);
  await page.getByText("Live", { exact: true }).waitFor();
  await page.evaluate(() => (window.same = true));
  await page.getByText("The numbers as a table").click();
  const began = Date.now();
  await leak(site, "newcomer");
  await page.locator("#latest-leaks").getByText("newcomer").waitFor({ timeout: 20000 });
  figure(`a new leak stands on an open page after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  await page.locator(".tiles").getByText("newcomer: first time").waitFor({ timeout: 20000 });
  figure(`the incident that it opens, after ${((Date.now() - began) / 1000).toFixed(1)} s`);
  assert.equal(await page.evaluate(() => window.same), true);
  assert.equal(await page.locator("#chart-table").getAttribute("open"), "");
  assert.ok(await page.locator("figure.plotted.live canvas").isVisible());
});

flow("someone who fills in a form is not disturbed", async () => {
  const page = await visit(responder);
  await someLeak(page, "service=newcomer");
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByLabel("New state").selectOption("accepted");
  await page.getByLabel("Reason").fill("half a sent");
  await leak(site, "newcomer");
  await page.locator("#figures .tiles").getByText("2", { exact: true }).first().waitFor({ timeout: 20000 });
  assert.equal(await page.getByLabel("Reason").inputValue(), "half a sent");
  assert.equal(await page.evaluate(() => document.activeElement.id), "reason");
});

flow("without a script", async () => {
  const page = await visit(responder, { javaScriptEnabled: false });
  assert.ok(await page.locator("svg.chart").isVisible());
  assert.equal(await page.locator("#theme").isVisible(), false);
  await page.goto("/leaks?service=identity");
  await page.locator("table.leaks tbody th a").first().click();
  await page.getByLabel("New state").selectOption("accepted");
  await page.getByRole("button", { name: "Decide" }).click();
  assert.match(await page.getByRole("alert").innerText(), /Say why the leak is accepted/);
  await page.getByLabel("Reason").fill("known");
  await page.getByRole("button", { name: "Decide" }).click();
  assert.match(await page.locator("#audit").innerText(), /open → accepted/);
  await page.goto("/try");
  await page.getByLabel("Lines of a log").fill("mail to ann.heron@example.org");
  await page.getByRole("button", { name: "Explain" }).click();
  assert.match(await page.locator("#result").innerText(), /One thing is found, and masked/);
  assert.ok(!(await page.content()).includes("heron"));
});

flow("on a phone, and with less motion", async () => {
  const page = await visit(viewer, { viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
  for (const path of ["/", "/leaks", "/incidents", "/shadow", "/try"]) {
    await page.goto(path);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390, `${path} is wider than the screen`);
    assert.ok(await page.evaluate(() => [...document.querySelectorAll("*")].every((e) => parseFloat(getComputedStyle(e).transitionDuration) === 0)), path);
    if (path === "/" || path === "/leaks") await shot(page, `phone-${path.slice(1) || "overview"}`);
  }
});

test("axe finds nothing on any page, in light and dark", { timeout: 300000 }, async () => {
  let pages = 0, rules = 0;
  const violations = [];
  for (const colorScheme of ["light", "dark"]) {
    const stranger = await visit(undefined, { colorScheme });
    const page = await visit(responder, { colorScheme });
    const look = async (page, name) => {
      await page.waitForTimeout(150); // charts
      await page.evaluate(axe);
      const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      pages++;
      rules = Math.max(rules, found.passes.length);
      for (const v of found.violations) violations.push(`${colorScheme} ${name}: ${v.id} at ${v.nodes.map((n) => n.target.join(" ")).join(", ")}`);
      await shot(page, `${name}-${colorScheme}`);
    };
    await stranger.goto("/signin");
    await look(stranger, "signin");
    for (const [name, path] of Object.entries({
      overview: "/", leaks: "/leaks", "leaks-none": "/leaks?service=none", incidents: "/incidents", "incidents-none": "/incidents?kind=version",
      incident: "/incidents/novelbilling0001", shadow: "/shadow", try: "/try", fault: "/none",
    })) {
      await page.goto(path);
      await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
      await look(page, name);
    }
    await someLeak(page, "service=reports&exposure=exposed");
    await page.evaluate(() => document.querySelectorAll("details").forEach((d) => (d.open = true)));
    await look(page, "leak");
    await page.goto("/try");
    await page.getByLabel("Lines of a log").fill("mail to ann@example.org and card 4111 1111 1111 1112");
    await page.getByRole("button", { name: "Explain" }).click();
    await page.locator("#result h2").waitFor();
    await look(page, "tried");
    await page.context().close();
    await stranger.context().close();
  }
  figure(`axe: ${violations.length} violations on ${pages} pages in light and dark (${rules} rules passed on the page with most)`);
  assert.deepEqual(violations, []);
});

test("10,000 leaks", { timeout: 300000 }, async () => {
  const large = await serve(10000);
  const page = await visit(viewer, { site: large });
  const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
  for (const [name, path, ready] of [["the first list", "/leaks", "table.leaks tbody tr"], ["the overview", "/", "#services tbody tr"]]) {
    const server = [], shown = [];
    for (let i = 0; i < 7; i++) {
      const began = performance.now();
      const answer = await fetch(large.base + path, { headers: { Authorization: `Bearer ${viewer}` } });
      await answer.text();
      server.push(performance.now() - began);
      await page.goto(path, { waitUntil: "commit" });
      await page.locator(ready).first().waitFor();
      // From the start of the navigation till the list has been painted.
      shown.push(await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
        const paint = performance.getEntriesByName("first-contentful-paint")[0];
        done(paint ? paint.startTime : performance.now());
      })))));
    }
    figure(`10,000 leaks: ${name} in ${median(server).toFixed(0)} ms from the server, ${median(shown).toFixed(0)} ms from navigation to paint in Chromium (medians of 7)`);
    assert.ok(median(shown) < 2000, "that is not quick");
  }
  await shot(page, "overview-10000");
  await page.goto("/leaks");
  const first = await page.locator("table.leaks tbody tr").first().innerText();
  await page.getByRole("link", { name: "Earlier leaks" }).click();
  assert.notEqual(await page.locator("table.leaks tbody tr").first().innerText(), first);
  assert.equal(await page.locator("table.leaks tbody tr").count(), 50);
  await page.getByRole("link", { name: "First page" }).click();
  assert.equal(await page.locator("table.leaks tbody tr").count(), 50);
});

test("the browser has nothing to say against any of it", () => assert.deepEqual(complaints, []));
