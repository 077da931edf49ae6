"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const view = $("view"), picture = $("picture");
  const rows = [...$("table").tBodies[0].rows];
  const rowOf = new Map(rows.map((row) => [row.dataset.at, row]));
  const boxOf = new Map(), boxes = [...picture.querySelectorAll(".node")];
  for (const part of picture.querySelectorAll("[data-at]")) boxOf.set(part.dataset.at, part.closest(".node"));
  const blockOf = (row) => { const line = $("L" + row.dataset.line); return line && line.closest(".block"); };

  // The drawing: one transform of the whole picture, in pixels of the view. While it moves, the
  // browser moves an image of it; it is drawn anew, sharp, when it stands.
  const width = +picture.dataset.width, height = +picture.dataset.height;
  let x = 0, y = 0, k = 1, waiting = false, standing;
  // What is far below its beginning is laid out when it moves first, or later.
  let far = [];
  const reveal = (count) => { for (const group of far.splice(0, count)) group.classList.remove("far"); };
  const draw = () => {
    reveal(far.length);
    if (waiting) return;
    waiting = true;
    picture.style.willChange = "transform";
    clearTimeout(standing);
    standing = setTimeout(() => { picture.style.willChange = ""; }, 200);
    requestAnimationFrame(() => {
      waiting = false;
      picture.style.transform = `translate(${x}px, ${y}px) scale(${k})`;
    });
  };
  const spot = (event) => {
    const box = view.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const middle = () => [view.clientWidth / 2, view.clientHeight / 2];
  const fitted = () => Math.min(view.clientWidth / width, view.clientHeight / height, 1.3);
  const zoom = (factor, [cx, cy]) => {
    const next = Math.min(Math.max(k * factor, fitted() / 2), 8);
    x = cx - (cx - x) * next / k;
    y = cy - (cy - y) * next / k;
    k = next;
    draw();
  };
  const place = (scale, across, down) => {
    k = scale;
    x = view.clientWidth / 2 - across * k;
    y = down;
    draw();
  };
  const whole = () => place(fitted(), width / 2, (view.clientHeight - height * fitted()) / 2);
  // Small letters are of no use: a large net is first seen from its beginning, where its first box is.
  const start = () => {
    if (fitted() >= 0.7 || !boxes.length) whole();
    else if (view.clientWidth / width >= 0.7) place(Math.min(view.clientWidth / width, 1.3), width / 2, 0);
    else place(0.7, middleOf(boxes[0])[0], 0);
  };
  const middleOf = (box) => {
    const part = box.getBBox(), of = picture.firstElementChild.transform.baseVal[0].matrix;
    return [part.x + part.width / 2 + of.e, part.y + part.height / 2 + of.f, part.width];
  };
  const show = (box) => {
    reveal(far.length);
    const [across, down, wide] = middleOf(box);
    const scale = Math.min(Math.max(k, 0.9), 0.95 * view.clientWidth / wide);
    place(scale, across, view.clientHeight / 2 - down * scale);
  };

  // On paper a large drawing becomes strips, one below the other or side by side, each with a little
  // of the one before.
  const paper = { width: 690, height: 930 };
  const cut = () => {
    reveal(far.length);
    const scale = Math.min(paper.width / width, 1), tall = paper.height / scale, step = tall - 60;
    if (Math.min(scale, paper.height / height) > 0.6 * scale) return;
    const strips = document.createElement("div"), of = picture.firstElementChild;
    strips.id = "strips";
    for (let top = 0; !top || top < height - 60; top += step) {
      const strip = picture.cloneNode(false), group = of.cloneNode(false);
      strip.removeAttribute("id");
      strip.setAttribute("viewBox", `0 ${top} ${width} ${tall}`);
      strip.setAttribute("width", width * scale);
      strip.setAttribute("height", paper.height);
      strip.append(group);
      strips.append(strip);
    }
    const down = of.transform.baseVal[0].matrix.f;
    for (const part of of.querySelectorAll(":scope > :not(svg), svg > *")) {
      const box = part.getBBox(), from = box.y + down, to = from + box.height;
      for (let at = Math.max(Math.floor((from - tall) / step), 0); at * step <= to && at < strips.children.length; at++) {
        const copy = part.cloneNode(true);
        copy.removeAttribute("id");
        strips.children[at].firstElementChild.append(copy);
      }
    }
    view.after(strips);
  };
  addEventListener("beforeprint", cut);
  addEventListener("afterprint", () => { $("strips")?.remove(); });

  // The layer that is chosen: marked everywhere, told of in the panel.
  let chosen = null, opener = null;
  const mark = (at, on) => {
    for (const part of document.querySelectorAll(`[data-at="${at}"]`)) {
      if (part.matches("a, text")) continue;
      part.classList.toggle("on", on);
    }
    const box = boxOf.get(at);
    if (box) box.classList.toggle("on", on);
  };
  const link = (words, href) => {
    const made = document.createElement("a");
    made.href = href;
    made.textContent = words;
    return made;
  };
  const choose = (at, quiet) => {
    const row = rowOf.get(at);
    if (!row) return;
    if (chosen !== null) mark(chosen, false);
    chosen = at;
    mark(at, true);
    const cells = row.cells, panel = $("layer");
    panel.dataset.chosen = row.dataset.layer;
    $("chosen").textContent = `${row.dataset.layer} (${cells[2].textContent})`;
    const box = boxOf.get(at);
    $("ways").replaceChildren(
      ...(box ? [link("drawing", "#" + box.id), " · "] : []),
      link("table", "#" + row.id), " · ",
      link(`line ${Number(row.dataset.line).toLocaleString("en")}`, "#L" + row.dataset.line));
    const flow = document.createElement("p");
    const tops = [...cells[3].children].map((top) => top.textContent).join(", ");
    flow.textContent = `${row.dataset.bottoms || "nothing"} → ${tops || "nothing"}`;
    $("about").replaceChildren(flow, ...[...cells[6].children].map((blob) => blob.cloneNode(true)));
    panel.hidden = false;
    const block = blockOf(row);
    // Where a line is costs a layout of the text: the answer is seen first.
    if (block && !quiet) requestAnimationFrame(() => setTimeout(() => {
      $("lines").scrollTop += block.getBoundingClientRect().top - $("lines").getBoundingClientRect().top - 40;
    }));
  };
  const close = () => {
    if (chosen !== null) mark(chosen, false);
    chosen = null;
    $("layer").hidden = true;
    if (opener) opener.focus({ preventScroll: true });
    opener = null;
  };
  $("close").addEventListener("click", close);
  // The text of the net is read after this script, as plain text. Its lines, with their colours, are
  // made later: nobody who has just opened the page is to wait for them.
  const TOKEN = new RegExp([
    /(?<comment>#.*)/, /(?<string>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?)/, /(?<field>[A-Za-z_]\w*(?=\s*[:{<]))/,
    /(?<word>[A-Za-z_]\w*)/, /(?<number>[-+]?\.?\d(?:[eE][-+]|[\w.])*)/].map((each) => each.source).join("|"), "g");
  const span = (kind, text) => {
    const made = document.createElement("span");
    made.className = kind;
    made.append(text);
    return made;
  };
  const lineOf = (text) => {
    const line = span("line", "");
    let here = 0;
    for (const found of text.matchAll(TOKEN)) {
      const kind = Object.keys(found.groups).find((each) => found.groups[each]);
      if (kind === "field") continue;
      line.append(text.slice(here, found.index), span(kind, found[0]));
      here = found.index + found[0].length;
    }
    line.append(text.slice(here) + "\n");
    return line;
  };
  const split = (block) => {
    if (!block.dataset.n) return;
    const rows = block.textContent.split("\n"), made = new DocumentFragment();
    for (const [at, number] of block.dataset.n.split("\n").entries()) {
      const line = lineOf(rows[at]);
      line.id = "L" + number;
      line.dataset.n = number;
      made.append(line);
    }
    block.replaceChildren(made);
    block.removeAttribute("data-n");
  };
  const blocks = () => [...document.querySelectorAll(".block")];
  // Where a link leads to a line, its lines are made at once, and the browser looks for it anew.
  const lead = () => {
    const line = /^#L\d+$/.test(location.hash) && $(location.hash.slice(1));
    if (line === false || line?.matches(".line")) return;
    (line ? [line.closest(".block")] : blocks()).forEach(split);
    location.replace(location.href);
  };
  document.addEventListener("DOMContentLoaded", () => {
    if (chosen !== null) choose(chosen);  // before its lines were there
    lead();
    const left = blocks(), idle = window.requestIdleCallback ?? setTimeout;
    const work = (time) => {
      if (far.length) reveal(1);
      else do left.splice(0, 1).forEach(split); while (left.length && time?.timeRemaining() > 2);
      if (far.length || left.length) idle(work);
    };
    setTimeout(work, 2000);
  });
  addEventListener("beforeprint", () => blocks().forEach(split));

  let dragged = false;
  document.addEventListener("click", (event) => {
    const target = event.target.closest("a, [data-at]");
    if (!target || dragged) return;
    const box = target.matches("a") && /^#box\d+$/.test(target.getAttribute("href")) && $(target.hash.slice(1));
    if (box) {
      event.preventDefault();
      $("drawing").scrollIntoView();
      show(box);
      box.focus({ preventScroll: true });
      return;
    }
    // In the frame of a notebook a link would lead to a place of the notebook.
    if (target.matches("a") && location.protocol === "about:") {
      event.preventDefault();
      location.hash = target.hash;
    }
    if (!getSelection().isCollapsed) return;
    const part = target.closest("[data-at]");
    if (part) choose(part.dataset.at, target.closest("#lines") !== null);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { close(); $("found").hidden = true; }
  });
  addEventListener("hashchange", () => {
    lead();
    const target = location.hash.length > 1 && $(decodeURIComponent(location.hash.slice(1)));
    const part = target && target.closest("[data-at]");
    if (part && part.dataset.at !== chosen) choose(part.dataset.at, true);
    if (target && target.matches("details")) target.open = true;
  });

  // Mouse, wheel, touch and keys.
  const fingers = new Map();
  let from = null;
  view.addEventListener("pointerdown", (event) => {
    fingers.set(event.pointerId, event);
    from = [event.clientX, event.clientY];
    dragged = false;
  });
  addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    if (!dragged && Math.hypot(event.clientX - from[0], event.clientY - from[1]) < 4 && fingers.size < 2) return;
    dragged = true;
    const a = spot(before), b = spot(event);
    if (fingers.size === 2) {
      const other = spot([...fingers].find(([id]) => id !== event.pointerId)[1]);
      const apart = (p) => Math.hypot(p[0] - other[0], p[1] - other[1]) || 1;
      zoom(apart(b) / apart(a), other);
    } else {
      x += b[0] - a[0];
      y += b[1] - a[1];
      draw();
    }
    fingers.set(event.pointerId, event);
    event.preventDefault();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    addEventListener(name, (event) => {
      if (fingers.delete(event.pointerId)) setTimeout(() => { dragged = false; });
    });
  }
  view.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), spot(event));
  }, { passive: false });
  const steps = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  const go = (box) => {
    for (const each of boxes) each.tabIndex = each === box ? 0 : -1;
    box.focus({ preventScroll: true });
  };
  view.addEventListener("focusin", ({ target }) => { if (target.matches(".node:focus-visible")) show(target); });
  view.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const box = event.target.closest(".node"), step = steps[event.key];
    if (box && step) {
      const next = boxes[boxes.indexOf(box) + (step[0] + step[1] < 0 ? 1 : -1)];
      if (next) go(next);
    } else if (box && (event.key === "Enter" || event.key === " ")) {
      choose(box.dataset.at);
    } else if (event.key === "Tab" && !event.shiftKey && box && box === boxOf.get(chosen)) {
      opener = box;  // to which Escape goes back
      $("chosen").focus();
    } else if (step) {
      x += step[0] * 60;
      y += step[1] * 60;
      draw();
    } else if (event.key === "+" || event.key === "=") {
      zoom(1.25, middle());
    } else if (event.key === "-") {
      zoom(0.8, middle());
    } else if (event.key === "0") {
      whole();
    } else {
      return;
    }
    event.preventDefault();
  });
  for (const button of document.querySelectorAll("[data-zoom]")) {
    button.addEventListener("click", () => +button.dataset.zoom ? zoom(+button.dataset.zoom, middle()) : whole());
  }

  // Finding layers, and the rows of the table.
  const many = (count, what) => `${count.toLocaleString("en")} ${what}${count === 1 ? "" : "s"}`;
  const words = rows.map((row) => `${row.dataset.layer}\n${row.cells[2].textContent}`.toLowerCase());
  $("search").addEventListener("input", () => {
    const asked = $("search").value.trim().toLowerCase();
    const hits = asked ? rows.filter((row, at) => words[at].includes(asked)) : [];
    const found = new Set(hits.map((row) => boxOf.get(row.dataset.at)));
    for (const box of boxes) box.classList.toggle("hit", found.has(box));
    $("count").textContent = asked ? many(hits.length, "layer") : "";
    $("found").hidden = !hits.length;
    $("found").replaceChildren(...hits.slice(0, 50).map((row) => {
      const item = document.createElement("li");
      const to = link(`${row.dataset.layer} (${row.cells[2].textContent})`, "#" + (boxOf.get(row.dataset.at) || row).id);
      to.dataset.at = row.dataset.at;
      to.dataset.layer = row.dataset.layer;
      to.addEventListener("click", () => { $("found").hidden = true; choose(row.dataset.at); });
      item.append(to);
      return item;
    }));
  });
  $("search").addEventListener("keydown", (event) => {
    const first = $("found").querySelector("a");
    if (first && event.key === "Enter") first.click();
    if (first && event.key === "ArrowDown") { first.focus(); event.preventDefault(); }
  });
  let texts;
  $("filter").addEventListener("input", () => {
    const asked = $("filter").value.trim().toLowerCase();
    texts ??= rows.map((row) => row.textContent.toLowerCase());
    let left = 0;
    for (const [at, row] of rows.entries()) left += !(row.hidden = !texts[at].includes(asked));
    $("shown").textContent = asked ? `${many(left, "layer")} of ${rows.length.toLocaleString("en")}` : "";
  });
  const keys = {
    at: (row) => +row.dataset.at, count: (row) => +row.dataset.count, name: (row) => row.dataset.layer,
    type: (row) => row.cells[2].textContent, tops: (row) => row.cells[3].textContent,
  };
  const heads = [...document.querySelectorAll("#table [aria-sort]")];
  for (const head of heads) {
    head.firstElementChild.addEventListener("click", () => {
      const numbers = head.dataset.key === "count";
      const down = head.ariaSort === "none" ? numbers : head.ariaSort === "ascending";
      for (const each of heads) each.ariaSort = each === head ? (down ? "descending" : "ascending") : "none";
      const key = keys[head.dataset.key];
      const compare = (a, b) => typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
      const sorted = [...rows].sort((a, b) => (down ? -1 : 1) * compare(key(a), key(b)));
      $("table").tBodies[0].append(...sorted);
    });
  }

  // The numbers of a curve's point.
  document.addEventListener("pointermove", (event) => {
    const point = event.target.closest?.("[data-told]"), told = $("told");
    told.hidden = !point;
    if (!point) return;
    told.textContent = point.dataset.told;
    told.style.left = Math.min(event.clientX + 12, innerWidth - told.offsetWidth - 8) + "px";
    told.style.top = event.clientY + 16 + "px";
  });

  start();
  far = [...picture.querySelectorAll(".far")];
})();
