/* Draws the page's first figure as soon as Plotly is there, lets Dash's scripts run after that, and takes the figure away
   once the page has drawn its own. */
(function () {
  "use strict";
  const LONGEST = 10000; // milliseconds; a page that draws nothing by then is shown as it is
  const first = document.getElementById("first");
  const place = first && first.querySelector(".first-figure");

  function begin() {
    document.querySelectorAll("script[type=later]").forEach(function (kept) {
      const script = document.createElement("script");
      script.async = false;
      script.src = kept.src;
      kept.replaceWith(script);
    });
  }

  /* After the next picture of the window; a window in the background draws none. */
  function afterPaint(work) {
    if (document.hidden) return work();
    requestAnimationFrame(function () { setTimeout(work, 0); });
  }

  function draw(found) {
    if (!found || !window.Plotly) {
      place.remove();
      return begin();
    }
    place.setAttribute("aria-label", found.title);
    window.Plotly.newPlot(place, found.spec.data, found.spec.layout, { displayModeBar: false, responsive: false })
      .finally(function () { afterPaint(begin); });
  }

  function leave() {
    watch.disconnect();
    if (window.Plotly && place) window.Plotly.purge(place);
    first.remove();
  }

  function drawn() {
    const content = document.getElementById("content");
    return Boolean(content && content.querySelector(place && place.isConnected ? ".main-svg, .problem" : "h1"));
  }

  const watch = new MutationObserver(function () { if (drawn()) leave(); });
  if (first) {
    watch.observe(document.body, { childList: true, subtree: true });
    setTimeout(function () { if (first.isConnected) leave(); }, LONGEST);
  }
  if (!place) begin();
  else if (window.pageView.looked === undefined) window.pageView.look.then(draw);
  else draw(window.pageView.looked);
})();
