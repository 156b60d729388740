/* The passport of a figure, asked for when its block is opened. Every text comes as a value and goes in as a text node. */
(function () {
  "use strict";
  const MOST = 40; // rows of a table that are shown; the file has all
  const UNBROKEN = ["Result", "Low / central / high", "Date", "Share", "Kind"];

  function made(tag, content, name) {
    const node = document.createElement(tag);
    if (name) node.className = name;
    for (const part of [content].flat()) if (part !== null && part !== undefined) node.append(part);
    return node;
  }

  function linked(text, address) {
    const link = made("a", text);
    link.href = address;
    link.rel = "noreferrer";
    return link;
  }

  function heading(text, width) {
    const cell = made("th", text);
    cell.colSpan = width;
    cell.scope = "rowgroup";
    return made("tr", cell);
  }

  /* As components.table: on a narrow screen each cell says what it is. Where `groups` changes, it stands above its rows. */
  function table(caption, titles, all, groups) {
    const kept = titles.map(function (_, i) { return i === 0 || all.some(function (row) { return row[i] !== ""; }); });
    const head = titles.filter(function (_, i) { return kept[i]; });
    const rows = all.map(function (row) { return row.filter(function (_, i) { return kept[i]; }); });
    const body = rows.slice(0, MOST).flatMap(function (row, at) {
      const group = groups && groups[at] !== groups[at - 1] && groups[at] ? [heading(groups[at], head.length)] : [];
      return group.concat(made("tr", row.map(function (content, i) {
        const cell = made("td", content);
        cell.dataset.label = head[i];
        if (UNBROKEN.includes(head[i]) || (head[i] === "Note" && content.length < 18)) cell.className = "unbroken";
        return cell;
      })));
    });
    const names = head.map(function (text) {
      const cell = made("th", text);
      cell.scope = "col";
      return cell;
    });
    const parts = [made("caption", caption), made("thead", made("tr", names)), made("tbody", body)];
    const box = made("div", made("table", parts), "scroll");
    box.tabIndex = 0;
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", caption);
    const more = rows.length - MOST;
    return more > 0 ? [box, made("p", "and " + more + " more in the file below", "quiet")] : [box];
  }

  /* `[3]` beside an input is the third of the sources. */
  function marks(ids, facts) {
    return ids.map(function (id) {
      return "[" + (facts.sources.findIndex(function (source) { return source.id === id; }) + 1) + "]";
    }).join(" ");
  }

  function source(row) {
    const name = [row.publisher || row.title, row.published].filter(Boolean).join(", ");
    const address = /^https?:\/\//.test(row.address) ? row.address : "";
    const title = row.publisher && row.title !== row.publisher ? ": " + row.title : "";
    return made("li", [
      address ? linked(name, address) : name,
      title,
      made("span", " (" + row.tier + ", seen " + row.accessed + ")", "quiet"),
    ]);
  }

  function section(title, parts) {
    return made("section", [made("h4", title), ...parts]);
  }

  function content(facts, own, file) {
    const formula = facts.formulas.map(function (line) {
      return [line.label, made("span", line.formula, "formula"), made("span", line.numbers, "formula"), line.result];
    });
    const assumed = facts.assumptions.map(function (row) {
      const share = row.share === undefined ? "" : Math.round(100 * row.share) + " %";
      return [row.label + (row.symbol ? " (" + row.symbol + ")" : ""), row.text, share, row.basis, marks(row.sources, facts)];
    });
    const used = facts.rows.map(function (row) {
      return [row.label, row.value, row.basis, row.date, row.note, marks(row.sources, facts)];
    });
    const basis = facts.basis.length ? "; basis: " + facts.basis.join(", ") : "";
    const made_with = "Unit: " + facts.unit + basis + ". Data version " + facts.data_version + ", tables of "
      + facts.data_as_of + ", seed " + facts.seed + ", " + facts.draws.toLocaleString("en") + " draws. ";
    const ways = own ? ["Worked out from your own version of the tables: no link leads back to it."]
      : [linked("This passport as JSON", file), ", ", linked("link with data version", facts.link), "."];
    return [
      section("Not to be misread", [made("ul", facts.not_this.map(function (text) { return made("li", text); }))]),
      section("Formula", table(facts.formulas_note, ["What", "Formula", "With its numbers", "Result"], formula,
        facts.formulas.map(function (line) { return line.of; }))),
      assumed.length ? section("Assumptions", table("5th, 50th and 95th percentile; share of the variance of a year's energy where one estimate stands alone",
        ["Assumption", "Low / central / high", "Share", "Kind", "Sources"], assumed)) : null,
      used.length ? section("Rows used", table("As published, or as read by us where marked",
        ["Row", "Value", "Basis", "Date", "Note", "Sources"], used)) : null,
      section("Sources", [made("ol", facts.sources.map(source))]),
      made("p", [made_with, ...ways], "quiet"),
    ].filter(Boolean);
  }

  async function told(response) {
    try { return (await response.json()).error; } catch (error) { return ""; }
  }

  async function asked(block, file) {
    let options = {};
    if (block.dataset.own === "yes") {
      const mine = sessionStorage.getItem("own") || "{}";
      options = { method: "POST", body: mine, headers: { "Content-Type": "application/json" } };
    }
    const response = await fetch(file, options);
    if (!response.ok) throw new Error((await told(response)) || "the server answered " + response.status);
    return response.json();
  }

  function wanted(block) {
    const { figure, query, version, own } = block.dataset;
    return [figure, query, version, own].join("\n");
  }

  async function fill(block) {
    const key = wanted(block);
    const body = block.querySelector(".passport-body");
    if (!block.open || !body || body.filledFor === key) return;
    body.filledFor = key;
    body.style.minHeight = body.offsetHeight + "px"; // what stands below it stays in its place meanwhile
    body.replaceChildren(made("p", "Asking for it …", "quiet"));
    const { figure, query, version, own } = block.dataset;
    const file = "/figure/" + figure + ".passport.json" + (query ? "?" + query : "");
    let parts;
    try {
      const facts = await asked(block, file);
      const note = facts.data_version === version ? null
        : made("p", "Newer tables came in since this page was drawn: reload it to see figure and passport alike.", "problem");
      parts = [note, ...content(facts, own === "yes", file)].filter(Boolean);
    } catch (error) {
      parts = [made("p", "The passport could not be had: " + error.message, "problem")];
    }
    if (body.filledFor !== key) return; // a control was changed meanwhile
    if (parts[0].className === "problem") body.filledFor = null; // to be tried again when opened again
    body.replaceChildren(...parts);
    body.style.minHeight = "";
  }

  /* `toggle` does not bubble, but it is seen on its way down. */
  document.addEventListener("toggle", function (event) {
    if (event.target.matches && event.target.matches("details.passport")) fill(event.target);
  }, true);

  /* A changed control gives an open block another figure. */
  new MutationObserver(function (changes) {
    changes.forEach(function (change) {
      if (change.target.matches("details.passport[open]")) fill(change.target);
    });
  }).observe(document.documentElement, {
    attributes: true, subtree: true, attributeFilter: ["data-query", "data-version", "data-own", "data-figure"],
  });
})();
