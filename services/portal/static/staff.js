// What the staff pages do better with a script: keys, ticks, drafts, and news. Without it every page still works.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const memory = {
    get(key) { try { return localStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { localStorage.setItem(key, value); } catch { /* full or forbidden: the page has it */ } },
    drop(key) { try { localStorage.removeItem(key); } catch { /* the same */ } },
    keys(prefix) { try { return Object.keys(localStorage).filter((key) => key.startsWith(prefix)); } catch { return []; } },
  };
  const typing = (target) => target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");

  // -- drafts: every text of a complaint's form is kept in this browser until it is sent, at most a week
  const DRAFT = "draft/";
  const WEEK = 7 * 24 * 3600 * 1000;
  for (const key of memory.keys(DRAFT)) {
    const at = Number((memory.get(key) ?? "").split("|", 1)[0]);
    if (!(Date.now() - at < WEEK)) memory.drop(key);
  }
  const form = one("form[data-drafts]");
  if (form) {
    const base = `${DRAFT}${form.dataset.drafts}/`;
    if (form.dataset.done) for (const key of memory.keys(`${base}${form.dataset.done}-`)) memory.drop(key);
    const fields = [...form.elements].filter((field) => field.matches("textarea, input[data-draft]"));
    for (const field of fields) {
      const key = base + field.name;
      const kept = memory.get(key);
      if (kept && !field.value) {
        field.value = kept.slice(kept.indexOf("|") + 1);
        field.closest("details")?.setAttribute("open", "");
        field.dispatchEvent(new Event("input"));
      }
      field.addEventListener("input", () => {
        if (field.value.trim()) memory.set(key, `${Date.now()}|${field.value}`);
        else memory.drop(key);
      });
    }
  }
  // drafts are complaints' words: they leave with the person
  one("form[data-leaving]")?.addEventListener("submit", () => memory.keys(DRAFT).forEach(memory.drop));

  // -- one fold at a time, and its first field under the fingers
  const open = (name) => {
    const act = document.getElementById(`act-${name}`);
    if (!act) return false;
    if (act.matches("details")) act.open = true;
    act.scrollIntoView({ block: "center" });
    act.querySelector("textarea, select, input:not([type=hidden]), button")?.focus({ preventScroll: true });
    return true;
  };
  for (const link of all('a[href^="#act-"]')) {
    link.addEventListener("click", (event) => {
      if (open(link.hash.slice(5))) event.preventDefault();
    });
  }

  // -- filters that are empty stay out of the address
  const filters = one("form.filters");
  filters?.addEventListener("submit", () => {
    for (const field of filters.elements) if (field.name && !field.value) field.disabled = true;
  });
  addEventListener("pageshow", () => {
    for (const field of filters?.elements ?? []) field.disabled = false;
  });

  // -- ticks
  const ticks = () => all("#rows input[name=item]");
  const count = () => {
    const ticked = ticks().filter((box) => box.checked).length;
    const words = one("[data-ticked]");
    if (words) words.textContent = words.dataset.ticked.replace("#", ticked);
    const every = one("[data-all]");
    if (every) {
      every.checked = ticked > 0 && ticked === ticks().length;
      every.indeterminate = ticked > 0 && !every.checked;
    }
  };
  addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) for (const box of ticks()) box.checked = event.target.checked;
    if (event.target.matches("[data-all], input[name=item]")) count();
  });
  count();

  // -- news over the live channel: said, never put under the reader's hands unasked
  const moved = document.getElementById("moved");
  const changed = new Set();
  const here = one("[data-complaint]")?.dataset;
  document.getElementById("live")?.addEventListener("projected", (event) => {
    let said = {};
    try { said = JSON.parse(event.detail?.data ?? "{}"); } catch { /* news of something */ }
    if (!moved) return;
    if (here) {
      moved.hidden = moved.hidden && !(said.number === here.complaint && said.version > Number(here.version));
      return;
    }
    const row = one(`[data-number="${CSS.escape(said.number ?? "")}"]`);
    if (row && Number(row.dataset.version) >= said.version) return;
    changed.add(said.number);
    const words = changed.size === 1 ? moved.dataset.one : moved.dataset.many.replace("#", changed.size);
    moved.querySelector("span").textContent = words;
    moved.hidden = false;
  });
  // logged out elsewhere, or disabled: said before something is sent, with the way in beside it
  document.getElementById("live")?.addEventListener("ended", () => {
    const words = document.getElementById("ended");
    if (words) words.hidden = false;
  });
  let shown = one("#rows");
  addEventListener("htmx:after:swap", () => {
    if (!moved || one("#rows") === shown) return;
    shown = one("#rows");
    changed.clear();
    moved.hidden = true;
    count();
  });

  // the thread was still on its way: look again a few times
  let looks = 0;
  const look = async () => {
    if (!one("[data-behind]") || ++looks > 5) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (answer.ok && !fresh.querySelector("[data-behind]") && !all("#act textarea").some((field) => field.value)) {
        location.reload();
        return;
      }
    } catch { /* the link to reload is still there */ }
    setTimeout(look, 1000 * looks);
  };
  setTimeout(look, 1000);

  // -- keys
  const KEYS = "keys";
  const help = document.getElementById("keys");
  const on = document.getElementById("keys-on");
  if (on) {
    on.checked = memory.get(KEYS) !== "off";
    on.addEventListener("change", () => memory.set(KEYS, on.checked ? "on" : "off"));
  }
  for (const button of all("[data-keys]")) button.addEventListener("click", () => help?.showModal());

  const rows = () => all("#rows tr[data-number]");
  const at = () => rows().findIndex((row) => row.contains(document.activeElement));
  const go = (step) => {
    const found = rows();
    if (!found.length) return;
    const next = found[Math.min(Math.max(at() + step, 0), found.length - 1)];
    next.querySelector("a.open").focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const write = (action) => {
    if (open(action)) return;
    const row = rows()[at()];
    if (row) location.href = `/staf/aduan/${row.dataset.number}?tulis=${action}#act-${action}`;
  };
  const assign = () => {
    if (open("assign") || open("reassign")) return;
    const box = rows()[at()]?.querySelector("input[name=item]");
    if (!box) return;
    box.checked = true;
    count();
    one("#bulk-pic")?.focus();
  };
  const search = () => {
    const field = one("#q");
    if (field) { field.focus(); field.select(); } else location.href = "/staf/peti#q";
  };
  const keys = {
    j: () => go(1), k: () => go(-1), r: () => write("reply"), n: () => write("note"), a: assign, "/": search,
    "?": () => help?.showModal(),
  };
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const act = event.target.closest?.("[data-act], form");
      const button = act?.querySelector("button[type=submit]:not([disabled])");
      if (button && typing(event.target)) { event.preventDefault(); button.form.requestSubmit(button); }
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || help?.open) return;
    if (on && !on.checked) return;
    const does = keys[event.key];
    if (does) { event.preventDefault(); does(); }
  });
  // after the browser has gone to the address's fragment, which takes the focus away
  addEventListener("load", () => setTimeout(() => {
    if (location.hash === "#q") one("#q")?.focus();
    if (location.hash.startsWith("#act-")) open(location.hash.slice(5));
  }));
})();
