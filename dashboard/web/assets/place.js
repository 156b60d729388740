/* Who comes back to a page, or loads it again, stands where they stood: the browser's own memory of that is of no use
   here, for a page is drawn after it has looked. The place is kept with the entry of the window's history. */
(function () {
  "use strict";
  const LONGEST = 5000; // milliseconds; a page that is not as long again by then is left at its top
  const STEADY = 10; // looks, half a second: a page that comes a second time is short for a moment
  let until = 0;
  let held = 0;
  let wanted = {};

  function heading() {
    const found = document.querySelector("#content h1");
    return found ? found.textContent : "";
  }

  function keep() {
    if (!until) history.replaceState({ ...history.state, place: window.scrollY, under: heading() }, "");
  }

  /* Until the page has come whose heading stood there, and is long enough. */
  function seek() {
    if (!until) return;
    const come = heading() === wanted.under;
    if (come) window.scrollTo({ top: wanted.place, behavior: "instant" });
    held = come && Math.abs(window.scrollY - wanted.place) < 2 ? held + 1 : 0;
    if (held > STEADY || Date.now() > until) until = 0;
    else setTimeout(seek, 50);
  }

  function back() {
    wanted = history.state || {};
    held = 0;
    until = wanted.place ? Date.now() + LONGEST : 0;
    seek();
  }

  function stop() { until = 0; }

  history.scrollRestoration = "manual";
  window.addEventListener("pagehide", keep);
  document.addEventListener("click", function (event) {
    if (event.target.closest && event.target.closest("a[href]")) keep();
  }, true); // before Dash puts the next entry on top of this one
  window.addEventListener("popstate", back);
  ["wheel", "touchstart", "keydown", "pointerdown"].forEach(function (kind) {
    window.addEventListener(kind, stop, { passive: true }); // whoever moves the page themselves is not held
  });
  const { type } = performance.getEntriesByType("navigation")[0];
  if (type === "back_forward" || type === "reload") back();
})();
