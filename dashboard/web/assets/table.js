/* A table of text as one component: thousands of cells as components of their own make every change on a page slow.
   Cells are texts, lists, or elements as Dash writes them; React shows them as text nodes, whatever stands in them. */
(function () {
  "use strict";

  const DATE = /^\d{4}-\d\d(-\d\d)?$/;

  function made(tag, properties, children) {
    return window.React.createElement(tag, properties, ...children);
  }

  function shown(part) {
    if (Array.isArray(part)) return made(window.React.Fragment, null, part.map(shown));
    if (!part || !part.type) return part;
    const { children, ...properties } = part.props;
    return made(part.type.toLowerCase(), properties, [children].flat().map(shown));
  }

  function Table({ id, caption, name, head, rows, numbers, wide }) {
    function kind(cell, i) {
      return numbers.includes(i) ? "number" : head[i] === "Date" || DATE.test(cell) ? "date" : undefined;
    }

    function title(text, i) {
      return made("th", { scope: "col", className: numbers.includes(i) ? "number" : undefined }, [text]);
    }

    function row(cells) {
      return made("tr", null, cells.map(function (cell, i) {
        return made("td", { className: kind(cell, i), "data-label": head[i] }, [shown(cell)]);
      }));
    }

    const box = { id: id, className: wide ? "scroll wide" : "scroll", tabIndex: 0, role: "region", "aria-label": caption || name };
    return made("div", box, [made("table", { "aria-label": caption ? undefined : name }, [
      caption ? made("caption", null, [caption]) : null,
      made("thead", null, [made("tr", null, head.map(title))]),
      made("tbody", null, rows.map(row)),
    ])]);
  }

  window.dashboard_parts = { Table: Table };
})();
