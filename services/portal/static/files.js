// Files go up as soon as they are chosen, one after the other; the form waits for those still on their way. Without
// this script the form takes them along itself.
(() => {
  const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
  const running = new Map();
  let waiting = null;

  const settled = (form, well) => {
    running.set(form, running.get(form) - 1);
    if (waiting?.form !== form) return;
    waiting.well &&= well;
    if (running.get(form)) return;
    const { submitter, said, well: all } = waiting;
    waiting = null;
    said.textContent = "";
    said.className = "hidden-visually";
    submitter?.removeAttribute("aria-disabled");
    if (all) form.requestSubmit(submitter);
    else form.querySelector(".file.wrong")?.scrollIntoView({ block: "center" });
  };

  for (const input of document.querySelectorAll("input[type=file][data-upload]")) {
    const { form, dataset } = input;
    const words = JSON.parse(dataset.words);
    const list = document.getElementById(`${input.id}-files`);
    const said = document.getElementById(`${input.id}-said`);
    const queue = [];
    let busy = false;
    running.set(form, running.get(form) ?? 0);

    const removable = (row, name, drop) => {
      const button = make("button", "link", words.drop);
      button.type = "button";
      button.append(make("span", "hidden-visually", ` ${name}`));
      button.addEventListener("click", () => { drop?.(); row.remove(); input.focus(); });
      row.append(button);
    };
    const begun = (file) => {
      const row = make("li", "file");
      const name = make("span", "file-name");
      name.append(make("bdi", "", file.name));
      row.append(name);
      return row;
    };
    const wrong = (row, file, why, again) => {
      const fresh = begun(file);
      fresh.classList.add("wrong");
      fresh.firstChild.append(make("span", "error", why));
      if (again) {
        const button = make("button", "link", words.retry);
        button.type = "button";
        button.addEventListener("click", () => { fresh.remove(); add(file); });
        fresh.append(button);
      }
      removable(fresh, file.name);
      row.replaceWith(fresh);
      said.textContent = `${file.name}: ${why}`;
    };

    const send = ({ file, row }) => {
      busy = true;
      const request = new XMLHttpRequest();
      const name = row.firstChild;
      const bar = make("progress", "");
      bar.max = 100;
      bar.value = 0;
      bar.setAttribute("aria-label", `${words.sending} ${file.name}`);
      const far = make("span", "file-facts", `${words.sending} 0%`);
      name.append(" ", far, bar);
      removable(row, file.name, () => request.abort());
      const end = (well) => { busy = false; settled(form, well); next(); };
      request.upload.addEventListener("progress", (event) => {
        const part = event.total ? Math.floor((100 * event.loaded) / event.total) : 0;
        bar.value = part;
        far.textContent = part < 100 ? `${words.sending} ${part}%` : words.checking;
        if (part === 100) bar.removeAttribute("value");
      });
      request.addEventListener("load", () => {
        const ended = request.status === 204 || request.status === 401;
        if (request.status === 201) {
          row.insertAdjacentHTML("afterend", request.responseText.trim());
          row.remove();
          said.textContent = `${file.name}: ${words.taken}`;
        } else if (request.status === 422) wrong(row, file, request.responseText);
        else if (request.status === 413) wrong(row, file, words.large);
        else wrong(row, file, ended ? words.ended : words.failed, true);
        end(request.status === 201);
      });
      request.addEventListener("error", () => { wrong(row, file, words.failed, true); end(false); });
      request.addEventListener("abort", () => end(true));
      request.open("POST", dataset.upload);
      // whose session has ended is told so, instead of being shown a login page
      request.setRequestHeader("HX-Request", "true");
      const body = new FormData();
      body.append(input.name, file);
      request.send(body);
    };
    const next = () => { if (!busy && queue.length) send(queue.shift()); };
    const add = (file) => {
      const there = list.querySelectorAll(".file:not(.wrong)").length;
      const row = begun(file);
      list.append(row);
      const why = there >= dataset.most ? words.many : file.size > dataset.bytes ? words.large : !file.size ? words.empty
        : !/\.(jpe?g|png|pdf)$/i.test(file.name) ? words.kind : "";
      if (why) return wrong(row, file, why);
      running.set(form, running.get(form) + 1);
      queue.push({ file, row });
      next();
    };
    input.addEventListener("change", () => {
      for (const row of list.querySelectorAll(".file.wrong")) row.remove();
      for (const file of [...input.files]) add(file);
      input.value = "";
    });
    // one that is taken leaves without a round trip
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button[name=drop]");
      if (!button) return;
      event.preventDefault();
      button.closest(".file").remove();
      input.focus();
    });
    // going back finds them, also where the browser has not kept the page
    const kept = history.state?.files?.[input.id];
    if (kept && !list.children.length) list.innerHTML = kept;
  }

  // before everybody else: a form that waits has not been sent
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!running.has(form)) return;
    if (running.get(form)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      const said = form.querySelector(".file progress")?.closest(".field").querySelector("[role=status]")
        ?? form.querySelector(".files-field [role=status]");
      said.textContent = JSON.parse(form.querySelector("input[data-words]").dataset.words).waiting;
      said.className = "hint";
      event.submitter?.setAttribute("aria-disabled", "true");
      waiting = { form, submitter: event.submitter, said, well: true };
      return;
    }
    const files = {};
    for (const input of form.querySelectorAll("input[type=file][data-upload]")) {
      const taken = document.getElementById(`${input.id}-files`).querySelectorAll("[data-taken]");
      files[input.id] = [...taken].map((row) => row.outerHTML).join("");
    }
    history.replaceState({ ...history.state, files }, "");
  }, true);
})();
