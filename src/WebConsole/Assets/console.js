// Keeps a page current: asks for it again, and puts what has changed in its place. Without this script the pages work
// as they are, and show the time of their answer.
(() => {
  "use strict";

  const page = document.querySelector("[data-live]");
  const note = document.getElementById("updates");
  const between = 2000, longest = 30000;
  let tag = null, failures = 0, timer = 0, paused = false;

  const units = [["day", 86400], ["hour", 3600], ["min", 60], ["s", 1]];

  function age(seconds) {
    for (const [unit, size] of units) {
      if (seconds >= size) {
        const number = Math.floor(seconds / size);
        return `${number} ${unit}${number > 1 && size > 60 ? "s" : ""} ago`;
      }
    }
    return "now";
  }

  function showAges() {
    for (const time of document.querySelectorAll("time[data-age]")) {
      time.title ||= time.textContent;
      time.textContent = age((Date.now() - Date.parse(time.dateTime)) / 1000);
    }
  }

  // Replaces what differs and nothing else, so that focus, selection and scrolling stay where they are.
  function bringTo(old, next) {
    if (old.isEqualNode(next)) return;
    const canMerge = old.nodeType === 1 && next.nodeType === 1 && old.nodeName === next.nodeName;
    if (!canMerge) {
      old.replaceWith(next.cloneNode(true));
      return;
    }
    for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    const had = [...old.childNodes], has = [...next.childNodes];
    had.slice(has.length).forEach(child => child.remove());
    has.forEach((child, at) => at < had.length ? bringTo(had[at], child) : old.append(child.cloneNode(true)));
  }

  function tell(text) {
    note.firstChild.data = text;
  }

  async function refresh() {
    try {
      const headers = { Accept: "text/html" };
      if (tag) headers["If-None-Match"] = tag;
      const answer = await fetch(location.href, { headers, cache: "no-store", redirect: "manual" });
      if (answer.type === "opaqueredirect") {
        location.reload();
        return;
      }
      if (answer.status !== 304 && !answer.ok) throw new Error(answer.status);
      if (answer.status !== 304) {
        tag = answer.headers.get("ETag");
        const next = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-live]");
        if (next) bringTo(page, next);
      }
      failures = 0;
      tell("Live. ");
    } catch (failure) {
      failures += 1;
      tell(`Not current: no answer (${failure.message}). Trying again. `);
    }
    showAges();
  }

  function schedule() {
    clearTimeout(timer);
    if (paused || document.hidden) return;
    timer = setTimeout(async () => {
      await refresh();
      schedule();
    }, Math.min(longest, between * 2 ** failures));
  }

  showAges();
  if (page && note) {
    const button = document.createElement("button");
    button.className = "plain";
    button.textContent = "Pause";
    button.addEventListener("click", () => {
      paused = !paused;
      button.textContent = paused ? "Resume" : "Pause";
      tell(paused ? "Paused. " : "Live. ");
      schedule();
    });
    note.append("Live. ", button);
    note.hidden = false;
    document.addEventListener("visibilitychange", schedule);
    schedule();
  }
})();
