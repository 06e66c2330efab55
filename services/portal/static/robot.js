// The robot check, fetched only when the page has been drawn: it is heavier than everything else together.
const place = document.querySelector("[data-robot]");

const load = async () => {
  const facts = place.dataset;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = facts.robotStyle;
  document.head.append(style);
  await import(facts.robot);
  const language = document.documentElement.lang;
  const english = globalThis.$altcha.i18n.get("en");
  globalThis.$altcha.i18n.set(language, { ...english, ...JSON.parse(facts.words) });
  globalThis.$altcha.algorithms.set("SHA-256", () => new Worker(facts.robotWorker));
  const widget = document.createElement("altcha-widget");
  for (const [name, value] of Object.entries({
    challenge: "/robot",
    name: "altcha",
    language,
    type: "checkbox",
    auto: "onfocus",
    configuration: JSON.stringify({ hideLogo: true, hideFooter: true, humanInteractionSignature: false, workers: 2 }),
  })) widget.setAttribute(name, value);
  place.append(widget);
  // a check that ran out while the form was being filled in is made again by itself
  widget.addEventListener("expired", () => widget.verify());
};

if (place) {
  if (document.readyState === "complete") load();
  else addEventListener("load", load, { once: true });
}
