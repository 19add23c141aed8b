// Follows live connections: rows that begin come in at the top, rows that end are marked.
// Whatever comes from outside becomes text, never markup.
"use strict";

(() => {
  const MOST = 200; // Rows on the page.
  const EVERY = 250; // Milliseconds between two looks at what has come.
  const TOLD_EVERY = 5000; // The same for what is told to those who listen.
  const PILE = 20000; // Changes that may wait: a page in the background is rarely let to work.
  const body = document.getElementById("rows");
  const pause = document.getElementById("pause");
  const connection = document.getElementById("connection");
  const told = document.getElementById("told");
  const unshown = document.getElementById("unshown");
  if (!body || !body.dataset.events || !window.EventSource) return;

  const rows = new Map(); // What lives on the page, by what its cells say.
  let waiting = []; // Changes that are not shown yet, in their order.
  let isPaused = false;
  let hidden = 0; // Began, and will not be shown.
  let began = 0;
  let ended = 0;

  const key = (row) => [0, 1, 2, 3, 4].map((at) => row.cells[at].textContent).join(" ");
  for (const row of body.rows) rows.set(key(row), row);

  const endpoint = (address, port) =>
    address === null ? "not recorded" : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  const kind = (change) => change.kind + (change.zone ? `, zone ${change.zone}` : "");
  const time = (at, source) =>
    at === null ? "not known" : (source === "estimated" ? "at or before " : "") + at.slice(0, 19).replace("T", " ");
  const keyOf = (change) => [
    endpoint(change.internal_address, change.internal_port),
    endpoint(change.nat_address, change.nat_port),
    endpoint(change.remote_address, change.remote_port),
    change.protocol,
    kind(change),
  ].join(" ");

  function cell(row, text) {
    row.insertCell().textContent = text;
  }

  function add(change) {
    const row = document.createElement("tr");
    row.dataset.id = change.kernel_id === null ? "" : change.kernel_id;
    row.className = "new";
    const host = row.insertCell();
    const link = document.createElement("a");
    const address = change.internal_address;
    const isV6 = address.includes(":");
    link.href = "/hosts/" + address;
    link.textContent = address;
    host.append(isV6 ? "[" : "", link, (isV6 ? "]:" : ":") + change.internal_port);
    cell(row, endpoint(change.nat_address, change.nat_port));
    cell(row, endpoint(change.remote_address, change.remote_port));
    cell(row, change.protocol);
    cell(row, kind(change));
    cell(row, time(change.started_at, change.started_at_source));
    cell(row, "");
    body.prepend(row);
    rows.set(keyOf(change), row);
    while (body.rows.length > MOST) {
      const last = body.rows[body.rows.length - 1];
      if (rows.get(key(last)) === last) rows.delete(key(last));
      last.remove();
      hidden += 1;
    }
  }

  function end(change) {
    const row = rows.get(keyOf(change));
    if (!row) return;
    rows.delete(keyOf(change));
    row.className = "ended";
    row.cells[6].textContent = time(change.ended_at, change.ended_at_source);
  }

  function show() {
    // Of what began only the latest will be seen; all that ended is looked at.
    let toSkip = waiting.reduce((count, change) => count + (change.type === "started"), 0) - MOST;
    for (const { type, data } of waiting) {
      if (type === "ended") end(JSON.parse(data));
      else if (toSkip-- > 0) hidden += 1;
      else add(JSON.parse(data));
    }
    waiting = [];
    unshown.hidden = hidden === 0;
    unshown.textContent = `${hidden} more not shown: the page has the latest ${MOST}` +
      (isPaused ? ", and is paused." : ".");
  }

  function say(text, isBad) {
    connection.textContent = text;
    connection.classList.toggle("lost", isBad);
  }

  const source = new EventSource(body.dataset.events);
  let wasLost = false;
  source.addEventListener("open", () => {
    say(wasLost ? "Following again. What happened in between is not shown: reload the page to see it." : "Following.", wasLost);
  });
  source.addEventListener("error", () => {
    wasLost = true;
    const isOver = source.readyState === EventSource.CLOSED;
    say(isOver ? "The connection is lost. Reload the page to follow again." : "The connection is lost, trying again.", true);
  });
  source.addEventListener("started", (event) => {
    began += 1;
    if (isPaused) hidden += 1;
    else waiting.push({ type: "started", data: event.data });
    if (waiting.length > PILE) show();
  });
  source.addEventListener("ended", (event) => {
    ended += 1;
    waiting.push({ type: "ended", data: event.data });
    if (waiting.length > PILE) show();
  });
  source.addEventListener("missed", (event) => {
    hidden += JSON.parse(event.data).missed;
  });
  source.addEventListener("gap", (event) => {
    const isOpen = JSON.parse(event.data).to === null;
    say(isOpen ? "Natconnd does not learn of everything at the moment." : "Following; natconnd missed some of what happened.", true);
  });

  pause.hidden = false;
  pause.addEventListener("click", () => {
    if (!isPaused) show();
    isPaused = !isPaused;
    pause.textContent = isPaused ? "Go on" : "Pause";
    pause.setAttribute("aria-pressed", isPaused);
    show();
  });

  say("Connecting.", false);
  setInterval(show, EVERY);
  setInterval(() => {
    if (began + ended === 0) return;
    told.textContent = `${began} began, ${ended} ended in the last ${TOLD_EVERY / 1000} seconds.`;
    began = ended = 0;
  }, TOLD_EVERY);
})();
