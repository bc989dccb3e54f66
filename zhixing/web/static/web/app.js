// What the keyboard and the page do together. No library, no inline code; every page works without it.
"use strict";
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const typing = (node) => node.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
  const remember = (key, value) => { try { localStorage.setItem(key, value); } catch { toast("本机存储已满，草稿没有保存"); } };

  let toastTimer = 0;
  function toast(words) {
    const box = one("[data-toast]");
    if (!box) return;
    box.textContent = words;
    box.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { box.hidden = true; }, 4000);
  }

  // Dialogs, and the explanation of a clock in the drawer.
  function open(dialog) { if (dialog && !dialog.open) dialog.showModal(); }
  async function explain(link) {
    const drawer = one("#explain"), body = one("[data-explain-body]");
    body.textContent = "正在取解释…";
    open(drawer);
    try {
      const answer = await fetch(link.href, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      body.innerHTML = await answer.text();
      window.htmx?.process(body);
    } catch {
      body.textContent = "解释没有取到。";
      const again = Object.assign(document.createElement("a"), { href: link.href, textContent: "在新页打开" });
      body.append(again);
    }
  }

  // Rows: j k x Enter c n.
  const table = () => all("table[data-keys]").find((t) => one("tbody tr", t) && t.offsetParent !== null);
  const here = () => one("tr.here");
  function step(by) {
    const rows = all("tbody tr", here()?.closest("table") ?? table() ?? undefined).filter((r) => r.closest("table[data-keys]"));
    if (!rows.length) return;
    const at = rows.indexOf(here());
    const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    here()?.classList.remove("here");
    row.classList.add("here");
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }
  function pick(box, on) { if (box) { box.checked = on; countPicked(); } }

  // The bulk bar shows itself when something is picked.
  function countPicked() {
    for (const bar of all("[data-bulk]")) {
      const boxes = all(`input[name=pick][form="${bar.id}"]`);
      const picked = boxes.filter((b) => b.checked);
      boxes.forEach((b) => b.closest("tr").classList.toggle("picked", b.checked));
      one("[data-bulk-count]", bar).textContent = picked.length;
      bar.hidden = !picked.length;
      const every = boxes.length ? one("[data-pick-all]", boxes[0].closest("table")) : null;
      if (every) { every.checked = picked.length === boxes.length; every.indeterminate = picked.length > 0 && !every.checked; }
    }
  }
  const clearPicked = () => { all("input[name=pick]").forEach((b) => { b.checked = false; }); countPicked(); };
  let lastPicked = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=pick], [data-pick-all]");
    if (!box) return;
    const boxes = all("input[name=pick]", box.closest("table"));
    if (box.matches("[data-pick-all]")) boxes.forEach((b) => { b.checked = box.checked; });
    else if (event.shiftKey && boxes.includes(lastPicked)) {
      const [from, to] = [boxes.indexOf(lastPicked), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((b) => { b.checked = box.checked; });
    }
    lastPicked = box;
    countPicked();
  });

  const rowKeys = {
    j: () => step(1), k: () => step(-1),
    x: () => { const box = one("input[name=pick]", here() ?? undefined); if (here()) pick(box, !box?.checked); },
    c: () => { const link = here() && one("[data-explain]", here()); if (link) explain(link); },
    n: () => { if (here()) one("[data-next]", here())?.click(); },
  };
  function onKey(event) {
    const { key, target } = event;
    if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const form = target.closest("form[method=post]") ?? one("form[data-ledger-form]");
      if (form) { event.preventDefault(); form.requestSubmit(one("[data-submit]", form) ?? undefined); }
      return;
    }
    if (key === "Enter" && target.matches("form[data-ledger-form] input:not([type=checkbox]):not([type=radio])")) {
      if (target.type === "password") return;
      event.preventDefault();
      const fields = all("input:not([type=hidden]), select, textarea, button:not([type=button])", target.form).filter((f) => !f.disabled);
      fields[fields.indexOf(target) + 1]?.focus();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || one("dialog[open]")) return;
    if (key === "Escape") {
      all("details[data-menu][open]").forEach((menu) => { menu.open = false; one("summary", menu).focus(); });
      if (typing(target)) target.blur(); else clearPicked();
      return;
    }
    if (typing(target)) return;
    if (key === "/") { event.preventDefault(); one("[data-search]")?.select(); return; }
    if (key === "?") { open(one("#keys")); return; }
    if (key === "Enter" && target.matches("tr.here")) { (one("[data-open]", target) ?? one("td.main a", target) ?? one("a[href]:not([data-explain])", target))?.click(); return; }
    rowKeys[key]?.();
  }
  document.addEventListener("keydown", onKey);

  // Copying needs a secure page for the clipboard; a court's intranet may be plain http.
  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) await navigator.clipboard.writeText(text);
    else {
      const area = document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text }));
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    toast(`已复制 ${text}`);
  }

  const clicks = {
    "[data-explain]": (link, event) => { if (!event.ctrlKey && !event.metaKey && one("#explain")) { event.preventDefault(); explain(link); } },
    "[data-dialog]": (button) => open(document.getElementById(button.dataset.dialog)),
    "[data-confirm]": (button, event) => { if (!window.confirm(button.dataset.confirm)) event.preventDefault(); },
    "[data-close]": (button) => button.closest("dialog").close(),
    "[data-copy]": (button) => copy(button.dataset.copy),
    "[data-print]": () => window.print(),
    "[data-bulk-clear]": clearPicked,
    "[data-rail]": (button) => button.setAttribute("aria-expanded", String(one("#rail").classList.toggle("open"))),
    "[data-draft-drop]": (button) => { localStorage.removeItem(draftKey(one(`form[data-draft="${button.dataset.draftDrop}"]`))); location.reload(); },
  };
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(clicks)) {
      const node = event.target.closest(selector);
      if (node) act(node, event);
    }
    if (event.target.matches("dialog[open]")) event.target.close();
    all("details[data-menu][open]").forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
  });

  // The choice of columns, kept per table.
  function columns(menu) {
    const target = document.getElementById(menu.dataset.columns), key = `columns:${menu.dataset.columns}`;
    if (!target) return;
    const hidden = new Set(JSON.parse(localStorage.getItem(key) ?? "[]"));
    const show = () => all("tr", target).forEach((row) => [...row.cells].forEach((cell, i) => { if (row.cells.length === heads.length) cell.hidden = hidden.has(i); }));
    const heads = all("thead th", target);
    heads.forEach((head, i) => {
      if (head.matches(".col-pick, .col-act")) return;
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !hidden.has(i) });
      box.addEventListener("change", () => { if (box.checked) hidden.delete(i); else hidden.add(i); remember(key, JSON.stringify([...hidden])); show(); });
      label.append(box, head.textContent.trim());
      one(".menu-list", menu).append(label);
    });
    show();
  }

  // Drafts: kept on this machine until the form is sent, the person logs out or someone else logs in. Passwords, files and tokens never are.
  const mine = `draft:${document.body.dataset.person ?? ""}:`;
  const draftKey = (form) => mine + form.dataset.draft;
  const kept = (form) => [...form.elements].filter((f) => f.name && !["hidden", "password", "file", "submit"].includes(f.type) && !f.closest("[data-no-draft]"));
  const chosen = (f) => (["checkbox", "radio"].includes(f.type) ? f.checked : f.value);
  function drafts(form) {
    const note = one("[data-draft-note]", form), saved = localStorage.getItem(draftKey(form));
    if (saved && !one(".errors, .refusal")) {
      const { at, values } = JSON.parse(saved), fields = kept(form);
      if (values.length === fields.length) {
        fields.forEach((f, i) => { if (typeof values[i] === "boolean") f.checked = values[i]; else f.value = values[i]; });
        if (note) {
          const drop = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-small btn-plain", textContent: "丢弃草稿" });
          drop.dataset.draftDrop = form.dataset.draft;
          note.replaceChildren(`已取回 ${at} 的草稿`, drop);
        }
      }
    }
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        const at = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
        remember(draftKey(form), JSON.stringify({ at, values: kept(form).map(chosen) }));
        if (note) note.textContent = `草稿已存本机 ${at}`;
      }, 600);
    });
    form.addEventListener("submit", () => { clearTimeout(timer); sessionStorage.setItem("sent", draftKey(form)); });
  }
  function dropSentDraft() {
    const sent = sessionStorage.getItem("sent");
    if (!sent) return;
    sessionStorage.removeItem("sent");
    if (!all("form[data-draft]").some((form) => draftKey(form) === sent)) localStorage.removeItem(sent);
  }
  const forget = (unless) => Object.keys(localStorage).filter((k) => k.startsWith("draft:") && !unless(k)).forEach((k) => localStorage.removeItem(k));
  const forgetDrafts = () => forget(() => false);

  const network = () => all("[data-offline]").forEach((bar) => { bar.hidden = navigator.onLine; });
  addEventListener("online", network);
  addEventListener("offline", network);

  // On a phone the tab that is open may lie beyond the edge of its row.
  const showTab = (tab) => { tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2; };

  function start() {
    countPicked();
    all(".tabs [aria-current]").forEach(showTab);
    if (document.body.dataset.person) forget((key) => key.startsWith(mine));
    dropSentDraft();
    all("[data-columns]").forEach(columns);
    all("form[data-draft]").forEach(drafts);
    all("form[data-forget-drafts]").forEach((form) => form.addEventListener("submit", forgetDrafts));
    // The server says what is wrong, in Chinese, with the clause; the browser's own bubble would come first and say less.
    all("form").forEach((form) => { form.noValidate = true; });
    one("[data-focus]")?.focus();
    network();
  }
  document.addEventListener("htmx:afterSwap", countPicked);
  start();
})();
