/* wrongBoxes(spec): what in a drawn figure is cut by the frame or lies on something else, one line each. */
(() => {
  const IN_HAND = 1; // pixels by which two boxes may touch

  function box(element) {
    const found = element.getBoundingClientRect();
    return { left: found.left, right: found.right, top: found.top, bottom: found.bottom };
  }

  function meet(a, b) {
    return a.left < b.right - IN_HAND && b.left < a.right - IN_HAND && a.top < b.bottom - IN_HAND && b.top < a.bottom - IN_HAND;
  }

  function said(name, text) { return name + ' "' + text.slice(0, 50) + '"'; }

  /* A text's own ink: lines are taller than their letters, so a tenth is taken off at the top and the bottom. */
  function ink(text) {
    const lines = text.querySelectorAll("tspan.line");
    return Array.from(lines.length ? lines : [text]).map(line => {
      const found = box(line);
      const spare = (found.bottom - found.top) * 0.12;
      return { ...found, top: found.top + spare, bottom: found.bottom - spare };
    });
  }

  function texts(stage) {
    return Array.from(stage.querySelectorAll("text")).filter(text => text.textContent.trim() && box(text).right > box(text).left)
      .map(text => ({ text: text.textContent, boxes: ink(text) }));
  }

  window.wrongBoxes = async spec => {
    const stage = document.getElementById("stage");
    await Plotly.newPlot(stage, spec.data, spec.layout, { staticPlot: true });
    const frame = box(stage.querySelector(".main-svg"));
    const wrong = [];
    const all = texts(stage);
    for (const { text, boxes } of all) {
      if (boxes.some(b => b.left < frame.left - 0.5 || b.right > frame.right + 0.5 || b.top < frame.top || b.bottom > frame.bottom)) wrong.push(said("cut:", text));
    }
    for (let i = 0; i < all.length; i += 1) {
      for (let j = i + 1; j < all.length; j += 1) {
        if (all[i].boxes.some(a => all[j].boxes.some(b => meet(a, b)))) wrong.push(said("text on text:", all[i].text) + " and " + said("", all[j].text));
      }
    }
    const plain = text => text.replace(/\s/g, "");
    const read = all.map(({ text }) => plain(text));
    for (const [name, text] of [["title", spec.layout.meta.title], ["answer", spec.layout.meta.answer], ["foot", spec.layout.meta.foot]]) {
      if (!read.includes(plain(text))) wrong.push("no " + name);
    }
    /* Marks: what the traces draw, against title, legend and foot, which stand outside the plot. */
    const fixed = Array.from(stage.querySelectorAll(".annotation[data-index]")).filter(group => {
      const note = spec.layout.annotations[Number(group.dataset.index)];
      return note.xref === "paper" && note.yref === "paper";
    }).flatMap(group => Array.from(group.querySelectorAll("text")).map(text => ({ text: text.textContent, boxes: ink(text) })));
    const marks = Array.from(stage.querySelectorAll(".points path, .bars .point path")).map(box);
    for (const { text, boxes } of fixed) {
      if (boxes.some(a => marks.some(b => meet(a, b)))) wrong.push(said("mark on", text));
    }
    Plotly.purge(stage);
    return wrong;
  };
})();
