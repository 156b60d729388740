/* A page's body after a changed control: only what differs is set, so that a figure is redrawn in its place, an open block
   stays open, the focus stays where it is, and a big table is not built again. Parts that may change have an id. */
(function () {
  "use strict";

  function same(one, other) {
    return one === other || JSON.stringify(one) === JSON.stringify(other);
  }

  function isComponent(part) {
    return Boolean(part && part.namespace && part.type);
  }

  function inLists(before, after) {
    if (before.length !== after.length) return null;
    const found = [];
    for (let i = 0; i < after.length; i += 1) {
      const part = changes(before[i], after[i]);
      if (part === null) return null;
      found.push(...part);
    }
    return found;
  }

  function inComponents(before, after) {
    const id = after.props.id;
    if (before.type !== after.type || before.props.id !== id) return null;
    const inside = changes(before.props.children, after.props.children);
    const set = {};
    Object.keys({ ...before.props, ...after.props }).forEach(function (name) {
      if (name !== "children" && !same(before.props[name], after.props[name])) set[name] = after.props[name];
    });
    if (inside === null && id) set.children = after.props.children;
    const own = Object.keys(set).length ? [[id, set]] : [];
    if (id) return own.concat(inside || []);
    return own.length ? null : inside;
  }

  /* [[id, properties], ...] that make one content into another; null where its holder must be given it as a whole. */
  function changes(before, after) {
    if (before === after || (before ?? null) === (after ?? null)) return [];
    if (Array.isArray(before) && Array.isArray(after)) return inLists(before, after);
    return isComponent(before) && isComponent(after) ? inComponents(before, after) : null;
  }

  function words(part) {
    if (Array.isArray(part)) return part.map(words).join("");
    return isComponent(part) ? words(part.props.children) : String(part ?? "");
  }

  function answerOf(parts) {
    return words(parts.find(function (part) { return isComponent(part) && part.props.className === "answer"; }));
  }

  /* What the first figure in it is called. */
  function figureOf(part) {
    if (Array.isArray(part)) return part.map(figureOf).find(Boolean);
    if (!isComponent(part)) return undefined;
    return part.type === "Figure" ? part.props["aria-label"] : figureOf(part.props.children);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    parts: {
      /* `after` comes from the server, `before` is what stands there, `query` is what is chosen. */
      shown: function (after, before, query) {
        if (after === undefined || after === null) return window.dash_clientside.no_update;
        window.pageView.called(query && figureOf(after));
        const stood = Array.isArray(before) && before.length > 0;
        const found = stood ? inLists(before, after) : null;
        if (stood && (found === null || found.length)) window.dash_clientside.set_props("said", { children: answerOf(after) });
        if (found === null) return after;
        found.forEach(function ([id, properties]) { window.dash_clientside.set_props(id, properties); });
        return window.dash_clientside.no_update;
      },
    },
  });
})();
