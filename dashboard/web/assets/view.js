/* Read before anything else: the window's colours and width, and the page's first figure asked for at once, so that it
   travels while the scripts do. A visitor with tables of their own is not shown the published ones first. */
(function () {
  "use strict";
  const KEY = "scheme";

  function kept(store, key) {
    try { return window[store].getItem(key); } catch (error) { return null; }
  }

  function scheme() {
    const asked = new URLSearchParams(location.search).get("theme");
    if (asked === "light" || asked === "dark") return asked;
    const before = kept("localStorage", KEY);
    if (before === "light" || before === "dark") return before;
    return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  function remember(theme) {
    try { localStorage.setItem(KEY, theme); } catch (error) { /* private mode: the choice lasts for this page */ }
  }

  /* Width of a figure in steps of 10 pixels: the content's width at this window, of 320 pixels or more. */
  function width() {
    const room = document.documentElement.clientWidth - 40;
    return Math.max(280, Math.min(1080, Math.floor(room / 10) * 10));
  }

  const own = !["null", "{}", null].includes(kept("sessionStorage", "own"));

  function look() {
    if (!document.documentElement.dataset.figures) return Promise.resolve(null);
    if (own) return Promise.resolve(null);
    const query = new URLSearchParams({ address: location.pathname + location.search, width: width(), theme: scheme() });
    return fetch("/look.json?" + query)
      .then(function (response) { return response.ok ? response.json() : null; })
      .catch(function () { return null; });
  }

  window.pageView = { scheme: scheme, remember: remember, width: width, look: look(), looked: undefined };
  window.pageView.look.then(function (found) { window.pageView.looked = found; });
  document.documentElement.setAttribute("data-mantine-color-scheme", scheme());
  if (own) document.documentElement.setAttribute("data-own", "yes");
})();
