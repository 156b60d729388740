/* What runs in the browser: colour scheme and width for the figures, and the page's state in its address. */
(function () {
  "use strict";
  const { scheme, remember, width } = window.pageView;
  let current = null;
  let asServed = true; // the page that was asked for has its title from the server

  /* The window's title, as the server writes it too: where something is chosen, after the figure that shows it. */
  window.pageView.called = function (figure) {
    const page = document.querySelector("#content h1");
    const title = figure || (page && page.textContent);
    if (title) document.title = title + " \u2013 AI energy demand";
  };

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    shell: {
      view: function (clicks, before) {
        let next = scheme();
        if (clicks && before) {
          next = before.theme === "dark" ? "light" : "dark";
          remember(next);
        }
        current = { theme: next, width: width() };
        document.documentElement.setAttribute("data-mantine-color-scheme", next);
        return [current, next];
      },
      /* The window is called after the page in it, and the link to the page is marked; of another page it is told. */
      titled: function () {
        const page = document.querySelector("#content h1");
        if (!asServed && page) window.dash_clientside.set_props("said", { children: page.textContent });
        if (!(asServed && location.search)) window.pageView.called();
        asServed = false;
        document.querySelectorAll("#react-entry-point .nav-link").forEach(function (link) {
          if (link.pathname === location.pathname) link.setAttribute("aria-current", "page");
          else link.removeAttribute("aria-current");
        });
        return window.dash_clientside.no_update;
      },
      /* A file that was dropped: its size is judged here, before anything is sent. The component forgets it, and each
         drop has its time: the same file is examined anew, for another table may be chosen by then. */
      measure: function (contents, name) {
        const none = window.dash_clientside.no_update;
        if (!contents) return [none, none];
        const limit = 2000000;
        const bytes = Math.floor((contents.length - contents.indexOf(",") - 1) * 0.75);
        const told = "file: must be at most 2,000,000 bytes, got " + bytes.toLocaleString("en") + "; nothing was sent";
        const file = bytes > limit ? { contents: "", error: told } : { contents: contents };
        return [Object.assign(file, { name: name, dropped: Date.now() }), null];
      },
      /* Puts the page's state into its address without a navigation. `names` and `values` go in pairs. */
      remember: function (query) {
        if (query === undefined || query === null) return window.dash_clientside.no_update;
        if (!query) window.pageView.called();
        const target = location.pathname + (query ? "?" + query : "");
        if (target !== location.pathname + location.search) history.replaceState(null, "", target);
        return window.dash_clientside.no_update;
      },
    },
  });

  /* The upload component gives its file input no name, and takes none, nor does a big table: they get one as they appear. */
  new MutationObserver(function () {
    document.querySelectorAll("[data-name] [role=grid]").forEach(function (grid) {
      const { name } = grid.closest("[data-name]").dataset;
      if (grid.getAttribute("aria-label") !== name) grid.setAttribute("aria-label", name);
    });
    document.querySelectorAll("input[type=file]:not([aria-label])").forEach(function (input) {
      input.setAttribute("aria-label", "A CSV of your own, in place of the table shown");
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  /* What is typed into a list to search it takes the place of the choice on show, as after a tab into it; also where
     another list changed that choice meanwhile, and with it undid the selection. */
  const SEARCHED = ".mantine-Select-input:not([readonly])";
  let entered = null, untouched = null;
  document.addEventListener("focusin", function (event) { entered = event.target; });
  document.addEventListener("click", function (event) {
    const box = event.target;
    const opens = box === entered || !box.hasAttribute("data-expanded");
    untouched = opens && box.matches(SEARCHED) ? box : null;
    if (untouched) box.select();
    entered = null;
  }, true); // before the list opens
  document.addEventListener("keydown", function (event) { if (event.key.length > 1) untouched = null; }); // such as Home
  document.addEventListener("beforeinput", function (event) {
    if (event.target === untouched) untouched.select();
    untouched = null;
  });

  /* Such links move the focus alone: with a new fragment the page would be asked for again, under typing hands. */
  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("a.skip, a.jump");
    if (!link) return;
    event.preventDefault();
    document.querySelector(link.hash).focus();
  });

  /* Links in a cell of a big table, to which no Tab comes: Enter on the cell goes to the first, arrows to those beside it. */
  document.addEventListener("keydown", function (event) {
    const cell = event.target.closest && event.target.closest(".ag-cell");
    const links = cell ? Array.from(cell.querySelectorAll("a")) : [];
    const at = links.indexOf(event.target);
    const next = at < 0 ? event.key === "Enter" && links[0] : links[at + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] || NaN)];
    if (next) {
      event.preventDefault();
      next.focus();
    }
    if (next || (at >= 0 && event.key === "Enter")) event.stopPropagation();
  }, true);

  /* The script of big tables comes only with the pages that have one: from elsewhere these are opened anew. */
  document.addEventListener("click", function (event) {
    const link = event.target.closest && event.target.closest("a[href]");
    if (!link || link.target || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const target = new URL(link.href, location.href);
    const heavy = (document.body.dataset.tables || "").split(" ").includes(target.pathname) && !window.dash_ag_grid;
    /* A page's own link starts it anew: its controls were kept in the address behind Dash's back. */
    const again = target.pathname === location.pathname && target.search !== location.search;
    if (!(heavy || again) || target.origin !== location.origin) return;
    event.preventDefault();
    event.stopPropagation();
    location.assign(link.href);
  }, true);

  let waiting = null;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      if (current && current.width !== width()) {
        current = { theme: current.theme, width: width() };
        window.dash_clientside.set_props("view", { data: current });
      }
    }, 200);
  });
})();
