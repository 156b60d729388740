/* Pictures and files of a figure, made in the reader's browser. The figure itself comes from the server, which makes it
   with the same function as the command line does; here it is only drawn off screen and handed over. */
(function () {
  "use strict";

  /* --- a zip of stored files ------------------------------------------------------------------------------------- */

  const CRC = Uint32Array.from({ length: 256 }, function (_, n) {
    for (let bit = 0; bit < 8; bit += 1) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
    return n >>> 0;
  });

  function crc32(bytes) {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = CRC[(crc ^ byte) & 0xff] ^ (crc >>> 8);
    return (crc ^ 0xffffffff) >>> 0;
  }

  /* Little-endian numbers in a row: [value, bytes], ... */
  function packed(pairs) {
    const bytes = [];
    for (const [value, length] of pairs) {
      for (let i = 0; i < length; i += 1) bytes.push(Math.floor(value / 2 ** (8 * i)) & 0xff);
    }
    return Uint8Array.from(bytes);
  }

  /* `files` is [[name, bytes], ...]. Every entry is dated 1 January 1980, so that equal files make equal zips. */
  function zip(files) {
    const parts = [];
    const directory = [];
    let offset = 0;
    for (const [name, content] of files) {
      const path = new TextEncoder().encode(name);
      const common = [[20, 2], [0x0800, 2], [0, 2], [0, 2], [33, 2], [crc32(content), 4],
        [content.length, 4], [content.length, 4], [path.length, 2], [0, 2]];
      const head = packed([[0x04034b50, 4], ...common]);
      directory.push(packed([[0x02014b50, 4], [20, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]]), path);
      parts.push(head, path, content);
      offset += head.length + path.length + content.length;
    }
    const size = directory.reduce(function (sum, part) { return sum + part.length; }, 0);
    const end = packed([[0x06054b50, 4], [0, 2], [0, 2], [files.length, 2], [files.length, 2],
      [size, 4], [offset, 4], [0, 2]]);
    return new Blob([...parts, ...directory, end], { type: "application/zip" });
  }

  /* --- drawing ---------------------------------------------------------------------------------------------------- */

  async function asked(address) {
    const response = await fetch(address);
    if (response.ok) return response;
    let told = "the server answered " + response.status;
    try { told = (await response.json()).error || told; } catch (error) { /* no JSON: the status says it */ }
    throw new Error(told);
  }

  function address(bar, ending, more) {
    const query = [bar.dataset.query, more].filter(Boolean).join("&");
    return "/figure/" + bar.dataset.figure + ending + (query ? "?" + query : "");
  }

  function chosen(bar, name, otherwise) {
    const select = bar.querySelector('select[data-exit="' + name + '"]');
    return select ? select.value : otherwise;
  }

  async function figure(bar) {
    if (bar.dataset.own === "yes") {
      const drawn = document.querySelector("#figure-" + bar.dataset.figure + " .js-plotly-plot");
      return { data: drawn.data, layout: drawn.layout };
    }
    const wanted = "size=" + chosen(bar, "size", "slide") + "&theme=" + chosen(bar, "theme", "light");
    return (await asked(address(bar, ".json", wanted))).json();
  }

  function plotly() {
    if (window.Plotly) return window.Plotly;
    throw new Error("the figures on this page are not drawn yet; try again");
  }

  function drawn(spec, format, scale) {
    const size = { width: spec.layout.width, height: spec.layout.height };
    return plotly().toImage({ data: spec.data, layout: spec.layout }, { ...size, format: format, scale: scale });
  }

  async function png(spec, scale) {
    const text = await drawn(spec, "png", scale);
    const bytes = atob(text.slice(text.indexOf(",") + 1));
    return new Blob([Uint8Array.from(bytes, function (letter) { return letter.charCodeAt(0); })], { type: "image/png" });
  }

  function escaped(text) {
    return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  }

  /* With its title and its words for those who do not see it, and without plotly's one random id. */
  async function svg(spec) {
    const text = await drawn(spec, "svg", 1);
    let picture = decodeURIComponent(text.slice(text.indexOf(",") + 1));
    const random = picture.match(/id="defs-([0-9a-f]{6})"/);
    if (random) picture = picture.split(random[1]).join("figure");
    const meta = spec.layout.meta;
    const words = "<title>" + escaped(meta.title) + "</title><desc>" + escaped(meta.alt) + "</desc>";
    picture = picture.replace(/^<svg[^>]*>/, function (head) { return head + words; });
    return new Blob([picture], { type: "image/svg+xml" });
  }

  /* --- handing over ----------------------------------------------------------------------------------------------- */

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 60000);
    return name + " is saved.";
  }

  /* What is saved by hand is opened in a spreadsheet, and Excel garbles "CO₂" or "–" in a CSV without this mark. */
  const MARK = "\ufeff";

  async function table(bar) {
    return save(new Blob([MARK, await (await asked(address(bar, ".csv"))).blob()], { type: "text/csv" }), file(bar, "csv"));
  }

  function file(bar, ending) {
    const data = bar.dataset;
    if (ending === "csv") return data.figure + "_" + data.version + ".csv";
    if (ending === "zip") return "press-pack_" + data.figure + "_" + data.version + ".zip";
    return [data.figure, chosen(bar, "size", "page"), chosen(bar, "theme", ""), data.version].filter(Boolean).join("_")
      + "." + ending;
  }

  /* The clipboard where it may be written; else the text in a box, selected, to be copied by hand. */
  async function copied(bar, text, words) {
    try {
      await navigator.clipboard.writeText(text);
      return words + " is copied: " + text;
    } catch (error) {
      const box = bar.querySelector("textarea") || document.createElement("textarea");
      box.setAttribute("aria-label", words);
      box.readOnly = true;
      box.rows = 3;
      box.value = text;
      bar.append(box);
      box.focus();
      box.select();
      return words + " stands in the box below, selected: copy it with Ctrl+C.";
    }
  }

  async function pack(bar) {
    const texts = await (await asked(address(bar, ".pack.json"))).json();
    const spec = await figure(bar);
    const encoder = new TextEncoder();
    const files = Object.entries(texts.files).map(function ([name, text]) {
      const before = { "link.txt": location.origin, "numbers.csv": MARK }[name] || "";
      return [name, encoder.encode(before + text)];
    });
    for (const [name, blob] of [["picture.png", await png(spec, 2)], ["picture.svg", await svg(spec)]]) {
      files.push([name, new Uint8Array(await blob.arrayBuffer())]);
    }
    return save(zip(files), file(bar, "zip"));
  }

  async function frame(bar) {
    const query = [bar.dataset.query, "theme=" + chosen(bar, "theme", "light")].filter(Boolean).join("&");
    const spec = await (await asked(address(bar, ".json", "size=column"))).json();
    const box = document.createElement("iframe");
    box.src = location.origin + "/embed/" + bar.dataset.figure + "?" + query;
    box.title = spec.layout.meta.title;
    box.setAttribute("loading", "lazy");
    box.setAttribute("style", "border:0;width:100%;max-width:700px;height:" + Math.ceil(spec.layout.height) + "px");
    return copied(bar, box.outerHTML, "The embed code");
  }

  const EXITS = {
    png: async function (bar) { return save(await png(await figure(bar), 1), file(bar, "png")); },
    png2: async function (bar) { return save(await png(await figure(bar), 2), file(bar, "png").replace(".png", "@2x.png")); },
    svg: async function (bar) { return save(await svg(await figure(bar)), file(bar, "svg")); },
    csv: table,
    copy: async function (bar) {
      if (!navigator.clipboard || !window.ClipboardItem) {
        throw new Error("this browser copies no pictures from a page that is not https; save the PNG instead");
      }
      const picture = figure(bar).then(function (spec) { return png(spec, 2); });
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
      return "The picture is copied.";
    },
    link: function (bar) { return copied(bar, location.origin + bar.dataset.link, "The link"); },
    embed: frame,
    pack: pack,
    print: async function () { window.print(); return ""; },
  };

  async function act(button) {
    const bar = button.closest(".exits");
    const status = bar.querySelector(".exits-status");
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    status.className = "exits-status";
    status.textContent = "Working …";
    try {
      status.textContent = await EXITS[button.dataset.exit](bar);
    } catch (error) {
      status.className = "exits-status wrong";
      status.textContent = "That did not work: " + error.message;
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("button[data-exit]");
    if (button) act(button);
  });

  /* --- a figure in a frame on somebody else's page ----------------------------------------------------------------- */

  async function embedded(box) {
    const joined = box.dataset.embed + (box.dataset.embed.includes("?") ? "&" : "?");
    const wide = window.innerWidth >= 560;
    const width = Math.max(300, Math.min(4000, window.innerWidth));
    const height = Math.max(300, Math.min(4000, window.innerHeight));
    const place = document.createElement("div");
    box.prepend(place);
    let spec;
    try {
      spec = await (await asked(joined + "size=" + (wide ? width + "x" + height : "phone"))).json();
    } catch (error) {
      place.textContent = error.message; // such as how large the frame must be
      return;
    }
    document.body.style.background = spec.layout.paper_bgcolor;
    await plotly().newPlot(place, spec.data, spec.layout, { displayModeBar: false, showSendToCloud: false });
  }

  /* --- for the exporter: when is the page drawn? ------------------------------------------------------------------- */

  function ready() {
    const main = document.querySelector("main");
    if (!main || !main.querySelector("h1") || main.querySelector("._dash-loading, [data-dash-is-loading=true]")) return false;
    const bodies = Array.from(main.querySelectorAll('[id$="-body"]'));
    const plots = Array.from(main.querySelectorAll(".dash-graph"));
    return bodies.every(function (body) { return body.childElementCount > 0; })
      && plots.every(function (plot) { return plot.querySelector(".main-svg"); });
  }

  function heights() {
    return Array.from(document.querySelectorAll("main .ag-row"), function (row) { return row.offsetHeight; });
  }

  /* --- a dark page on paper: light for as long as it is printed ----------------------------------------------------- */

  const COLOURED = ["fill", "stroke", "color", "background", "background-color", "stop-color"];
  const turned = []; // [node, property, value, priority] to be put back
  let dark = false;

  /* `#15181c` as a style gives it back: `rgb(21, 24, 28)`. */
  function spelled(hex) {
    return "rgb(" + [1, 3, 5].map(function (i) { return parseInt(hex.slice(i, i + 2), 16); }).join(", ") + ")";
  }

  function set(node, name, value) {
    turned.push([node, name, node.style.getPropertyValue(name), node.style.getPropertyPriority(name)]);
    node.style.setProperty(name, value);
  }

  function onPaper(plot) {
    const pairs = Object.entries((plot.layout.meta || {}).paper || {});
    const light = new Map(pairs.map(function ([dark, other]) { return [spelled(dark), other]; }));
    plot.querySelectorAll("*").forEach(function (node) {
      COLOURED.forEach(function (name) {
        const found = light.get(node.style.getPropertyValue(name));
        if (found) set(node, name, found);
      });
    });
  }

  window.addEventListener("beforeprint", function () {
    const root = document.documentElement;
    if (window.figureExits.printAsShown || root.getAttribute("data-mantine-color-scheme") !== "dark") return;
    dark = true;
    root.setAttribute("data-mantine-color-scheme", "light");
    document.querySelectorAll(".js-plotly-plot").forEach(onPaper);
  });

  window.addEventListener("afterprint", function () {
    if (!dark) return;
    dark = false;
    turned.splice(0).reverse().forEach(function ([node, name, value, priority]) {
      node.style.setProperty(name, value, priority);
    });
    document.documentElement.setAttribute("data-mantine-color-scheme", "dark");
  });

  window.figureExits = {
    /* Resolves once the page is drawn and stays as it is over two frames; a table whose rows take the height of their
       text measures them again and again, so it must stay as it is for longer. */
    drawn: function () {
      return new Promise(function (resolve) {
        let before = "";
        let equal = 0;
        function look() {
          const now = ready() ? [document.querySelectorAll("main *").length, ...heights()].join() : "";
          equal = now && now === before ? equal + 1 : 0;
          before = now;
          const long = document.querySelector("main .ag-cell-auto-height");
          if (equal >= (long ? 12 : 1)) document.fonts.ready.then(function () { resolve(true); });
          else requestAnimationFrame(function () { requestAnimationFrame(look); });
        }
        look();
      });
    },
  };

  /* A changed control gives a bar another figure: what was done with the last one is no longer said. */
  new MutationObserver(function (changes) {
    new Set(changes.map(function (change) { return change.target; })).forEach(function (bar) {
      if (!bar.matches(".exits")) return;
      bar.querySelector(".exits-status").textContent = "";
      bar.querySelectorAll("textarea").forEach(function (box) { box.remove(); });
    });
  }).observe(document.documentElement, { attributes: true, subtree: true, attributeFilter: ["data-link"] });

  document.querySelectorAll("[data-embed]").forEach(function (box) { embedded(box); });
})();
