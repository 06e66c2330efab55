// What the pages do better with a script. Everything here may fail or be missing: the pages work without it.
(() => {
  const page = document.documentElement;
  page.classList.add("js");
  const all = (selector) => document.querySelectorAll(selector);

  // what is wrong is read first
  document.getElementById("errors")?.focus();

  // on a narrow screen the menu is a strip: where one is stands in sight
  const strip = document.querySelector(".site-head nav");
  const here = strip?.querySelector("[aria-current]");
  if (here) strip.scrollLeft = here.offsetLeft - strip.offsetLeft - 16;

  // an error's link lands on the field itself, also where the name belongs to a group
  for (const link of all("#errors a")) {
    link.addEventListener("click", (event) => {
      const place = document.getElementById(link.hash.slice(1));
      const field = place?.matches("input, select, textarea") ? place : place?.querySelector("input");
      if (!field) return;
      event.preventDefault();
      (field.closest(".field") ?? field).scrollIntoView();
      field.focus({ preventScroll: true });
    });
  }

  // going back finds what was typed, also where a browser keeps neither the page nor the field
  const kept = history.state?.typed ?? {};
  for (const form of all("form[data-once]")) {
    // the form's own key too: the same words sent again from here are the same complaint
    if (kept.key && form.elements.key) form.elements.key.value = kept.key;
    for (const field of form.elements) {
      if (!(field.name in kept) || ["hidden", "password", "file"].includes(field.type)) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked ||= kept[field.name] === field.value;
      else field.value ||= kept[field.name];
    }
    form.addEventListener("submit", () => {
      const typed = Object.fromEntries(new FormData(form));
      for (const field of form.elements) if (field.type === "password") delete typed[field.name];
      delete typed.altcha;
      // a chosen file cannot be kept, and a list of them is kept by its own script
      for (const name in typed) if (typeof typed[name] !== "string") delete typed[name];
      history.replaceState({ ...history.state, typed }, "");
    });
  }

  // the centres of the chosen department only
  for (const select of all("select[data-of]")) {
    const parent = document.getElementById(select.dataset.of);
    const first = select.options[0];
    const groups = [...select.querySelectorAll("optgroup")];
    const hint = document.getElementById(select.id + "-hint");
    const usual = hint?.textContent;
    const filter = () => {
      const chosen = select.value;
      const group = groups.find((g) => g.dataset.of === parent.value);
      select.replaceChildren(first, ...(group ? group.cloneNode(true).children : parent.value ? [] : groups));
      select.value = chosen;
      if (select.selectedIndex < 1) select.selectedIndex = select.options.length === 2 ? 1 : 0;
      const none = Boolean(parent.value) && !group;
      select.disabled = none;
      if (hint) hint.textContent = none ? select.dataset.none : usual;
    };
    parent.addEventListener("change", filter);
    filter();
  }

  // how much room is left, once it matters
  for (const field of all("[data-limit]")) {
    const limit = Number(field.dataset.limit);
    const left = document.createElement("span");
    left.className = "left";
    left.setAttribute("aria-live", "polite");
    field.after(left);
    const count = () => {
      const rest = limit - [...field.value.normalize("NFC")].length;
      left.textContent = rest < 0 ? field.dataset.over.replace("#", -rest)
        : rest < limit / 5 ? field.dataset.left.replace("#", rest) : "";
      left.classList.toggle("error", rest < 0);
    };
    field.addEventListener("input", count);
    count();
  }

  // solved problems that look like what is being typed
  for (const place of all("[data-alike]")) {
    const field = document.getElementById(place.dataset.of);
    let waiting, asked = "";
    const ask = async () => {
      const title = field.value.trim();
      if (title === asked) return;
      asked = title;
      try {
        const answer = title.length < 8 ? null
          : await fetch(place.dataset.alike, { method: "POST", body: new URLSearchParams({ title }) });
        const html = answer?.ok ? await answer.text() : "";
        if (title === asked) place.innerHTML = html.trim();
      } catch { /* only an offer */ }
    };
    field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 600); });
  }

  // a second click sends nothing; the server would file it once anyway
  for (const form of all("form[data-once]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
      event.submitter?.setAttribute("aria-disabled", "true");
    });
    addEventListener("pageshow", () => {
      sent = false;
      for (const button of form.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    });
  }

  for (const button of all("[data-print]")) button.addEventListener("click", () => print());

  // a message or a new complaint still on its way: look again, a few times, and put in only what has changed
  let looks = 0;
  const look = async () => {
    const waiting = document.querySelector("[data-waiting]");
    if (!waiting || ++looks > 8) return;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      // a complaint that is now registered brings its form along; before, there was nothing to type into
      if (answer.ok && waiting.dataset.waiting === "page" && !fresh.querySelector("[data-waiting]")) return location.reload();
      for (const part of all("[data-part]")) {
        const other = fresh.getElementById(part.id);
        if (answer.ok && other) part.replaceWith(other);
      }
    } catch { /* the link to reload is still there */ }
    setTimeout(look, 1000 * looks);
  };
  setTimeout(look, 1500);
})();
