// The officer's phone outside. Everything taken is kept here first, with its hash, moment and place, and sent when there is a
// network and its own taker is logged in. An item keeps its key for ever, so that sending it again writes nothing twice.
(() => {
  "use strict";
  const body = document.body, { list: LIST, send: SEND, worker: WORKER, scope: SCOPE, login: LOGIN } = body.dataset;
  const one = (what, within = document) => within.querySelector(what);
  const KINDS = { photo: "照片", signature: "签名", answer: "登记" };
  const STATES = { queued: ["待发送", "today"], sending: ["正在发送", "info"], sent: ["已发送", "fine"], refused: ["没有收下", "late"] };
  const AGAIN_MS = 8000; // a phone's own word that it is online is not to be relied on: while something waits, it is tried
  let person = null, token = "", tasks = [], busy = false, database = null, reached = navigator.onLine;

  // --- what is kept on the phone
  const opened = new Promise((done, fail) => {
    const asked = indexedDB.open("zhixing-field", 1);
    asked.onupgradeneeded = () => { asked.result.createObjectStore("items", { keyPath: "key" }); asked.result.createObjectStore("lists", { keyPath: "person" }); };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  const store = async (name, mode, what) => {
    database ??= await opened;
    return new Promise((done, fail) => {
      const deal = database.transaction(name, mode), asked = what(deal.objectStore(name));
      deal.oncomplete = () => done(asked?.result);
      deal.onerror = deal.onabort = () => fail(deal.error);
    });
  };
  const items = async () => (await store("items", "readonly", (s) => s.getAll())).sort((a, b) => a.order - b.order);
  const keep = (item) => store("items", "readwrite", (s) => s.put(item));
  const drop = (key) => store("items", "readwrite", (s) => s.delete(key));

  // --- taking
  const hex = (buffer) => [...new Uint8Array(buffer)].map((b) => b.toString(16).padStart(2, "0")).join("");
  const place = () => new Promise((done) => {
    if (!navigator.geolocation) return done({});
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ latitude: coords.latitude.toFixed(6), longitude: coords.longitude.toFixed(6), accuracy: String(Math.round(coords.accuracy)) }),
      () => done({}), { enableHighAccuracy: true, timeout: 4000, maximumAge: 60000 });
  });
  const add = async (task, kind, more, blob = null) => {
    if (!person) return warn("还不知道是谁在用，请先联网打开一次。");
    const made = { key: crypto.randomUUID(), order: Date.now(), person, task: task.ref, kind, taken_at: new Date().toISOString(), state: "queued", why: "", words: `${task.number} ${task.what}`, ...more };
    if (blob) {
      made.file = await blob.arrayBuffer(); // plain bytes: some phones lose files that a database refers to
      made.type = blob.type || "image/jpeg";
      made.sha256 = hex(await crypto.subtle.digest("SHA-256", made.file));
      Object.assign(made, await place());
    }
    await keep(made);
    await show();
    await sync();
  };

  // --- sending: in the order of taking, one at a time, only what the person logged in has taken
  const sync = async () => {
    if (busy || !reached || !person || !token) return;
    busy = true;
    try {
      await navigator.locks.request("zhixing-field", async () => {
        for (const item of await items()) {
          if (item.state !== "queued" || item.person !== person) continue;
          if (!(await deliver(item))) break;
        }
      });
    } finally {
      busy = false;
      await show();
    }
  };
  const deliver = async (item) => {
    const form = new FormData();
    for (const name of ["key", "person", "task", "kind", "taken_at", "sha256", "latitude", "longitude", "accuracy", "done", "text", "result"]) {
      if (item[name] !== undefined) form.append(name, item[name]);
    }
    if (item.file) form.append("file", new Blob([item.file], { type: item.type }), item.kind === "signature" || item.type === "image/png" ? "signature.png" : "photo.jpg");
    let answer;
    try {
      answer = await fetch(SEND, { method: "POST", body: form, headers: { "X-CSRFToken": token }, credentials: "same-origin" });
    } catch {
      reached = false;
      warn("网络断开，材料留在本机，恢复后自动发送。");
      return false;
    }
    if (answer.redirected || !(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) {
      if (answer.status >= 500) warn("法院的系统暂时没有答复，稍后再发。");
      else leave();
      return false;
    }
    const said = await answer.json();
    if (answer.status >= 500) return false;
    if (answer.ok) await keep({ ...item, state: "sent", why: "", file: null });
    else await keep({ ...item, state: "refused", why: said.why ?? "" });
    return true;
  };

  // --- who and what
  const leave = () => {
    person = null; token = ""; tasks = [];
    localStorage.removeItem("field:person");
    store("lists", "readwrite", (s) => s.clear());
    warn("没有登录。材料留在本机，本人登录后发送。", true);
  };
  const fetchList = async () => {
    let answer;
    try {
      answer = await fetch(LIST, { credentials: "same-origin", headers: { Accept: "application/json" } });
    } catch {
      reached = false;
      return show();
    }
    reached = true;
    if (answer.redirected || !(answer.headers.get("Content-Type") ?? "").startsWith("application/json")) {
      if (answer.redirected || answer.status === 403) leave();
      return show();
    }
    const said = await answer.json();
    ({ person, token, tasks } = said);
    one("[data-who]").textContent = said.name;
    localStorage.setItem("field:person", person);
    const { token: secret, ...list } = said; // a token is never kept
    await store("lists", "readwrite", (s) => { s.clear(); return s.put(list); });
    warn("");
    await show();
    await sync();
  };
  const remember = async () => {
    const before = localStorage.getItem("field:person");
    const kept = before && (await store("lists", "readonly", (s) => s.get(before)));
    const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
    if (!kept || kept.day !== today) return;
    ({ person, tasks } = kept);
    one("[data-who]").textContent = kept.name;
  };

  // --- showing
  const warn = (words, login = false) => {
    const box = one("[data-warn]");
    box.textContent = words;
    box.hidden = !words;
    if (login) {
      const link = Object.assign(document.createElement("a"), { href: LOGIN, textContent: "去登录" });
      box.append(" ", link);
    }
  };
  const show = async () => {
    const all = await items(), mine = all.filter((i) => i.person === person), others = all.filter((i) => i.person !== person && i.state !== "sent");
    const waiting = mine.filter((i) => i.state === "queued").length, sent = mine.filter((i) => i.state === "sent").length, refused = mine.filter((i) => i.state === "refused").length;
    one("[data-net]").textContent = reached ? "已联网" : "没有网络";
    const parts = [`待发送 ${waiting}`, `已发送 ${sent}`];
    if (refused) parts.push(`没有收下 ${refused}`);
    if (others.length) parts.push(`另有 ${others.length} 项由别人采集，须本人登录后发送`);
    one("[data-queue]").textContent = parts.join("，");
    one("[data-sync]").hidden = !waiting;
    one("[data-mine]").hidden = !mine.length;
    one("[data-items]").replaceChildren(...mine.slice().reverse().map(lineOf));
    one("[data-none]").hidden = !person || tasks.length > 0;
    showTasks(mine);
  };
  const lineOf = (item) => {
    const line = one("template[data-item]").content.cloneNode(true).firstElementChild, [words, colour] = STATES[item.state];
    const state = one("[data-state]", line);
    state.textContent = words;
    state.classList.add(`status-${colour}`);
    one("[data-words]", line).textContent = `${KINDS[item.kind]} ${item.words}`;
    const where = item.latitude ? `（${item.latitude}, ${item.longitude}）` : item.sha256 ? "（没有定位）" : "";
    one("[data-detail]", line).textContent = [new Date(item.taken_at).toLocaleString("zh-CN", { hour12: false }), where, item.sha256 ? `校验 ${item.sha256.slice(0, 12)}` : "", item.why].filter(Boolean).join(" ");
    const again = one("[data-again]", line), gone = one("[data-drop]", line);
    again.hidden = gone.hidden = item.state !== "refused";
    again.addEventListener("click", async () => { await keep({ ...item, state: "queued", why: "" }); await show(); await sync(); });
    gone.addEventListener("click", async () => { if (confirm("删除本机的这份材料？没有发送的就没有了。")) { await drop(item.key); await show(); } });
    return line;
  };
  let shown = "";
  const showTasks = (mine) => {
    const now = JSON.stringify([person, tasks, mine.filter((i) => i.kind === "answer").map((i) => [i.key, i.state])]);
    if (now === shown) return; // whoever is typing is not disturbed
    shown = now;
    const holder = one("[data-tasks]"), typed = new Map([...holder.querySelectorAll("textarea")].map((t) => [t.dataset.ref, t.value]));
    const chosen = new Map([...holder.querySelectorAll("select")].map((t) => [t.dataset.ref, t.value]));
    holder.replaceChildren(...tasks.map((task) => {
      const card = one("template[data-task]").content.cloneNode(true).firstElementChild;
      const said = mine.findLast((i) => i.task === task.ref && i.kind === "answer" && i.state !== "refused");
      const over = task.state !== "todo" || said, state = one("[data-task-state]", card);
      card.dataset.ref = task.ref;
      for (const name of ["place", "what", "number", "parties"]) one(`[data-${name}]`, card).textContent = task[name];
      one("[data-check]", card).textContent = `带回：${task.check.join("、")}`;
      if (task.found) one("[data-found]", card).href = task.found; // a list kept from before has none
      one("[data-found]", card).hidden = !task.found;
      const words = task.state === "done" || (said && said.done === "1") ? "已办" : over ? "未办" : "待办";
      state.textContent = said && said.state === "queued" ? `${words}（待发送）` : words;
      state.classList.add({ 已办: "status-fine", 未办: "status-late", 待办: "status-today" }[words]);
      one("[data-answer]", card).hidden = Boolean(over);
      const answered = one("[data-answered]", card);
      answered.hidden = !over;
      answered.textContent = task.result || (said ? [said.result, said.text].filter(Boolean).join("：") : "");
      one("[data-photo]", card).addEventListener("change", async (event) => { for (const file of event.target.files) await add(task, "photo", {}, file); event.target.value = ""; });
      one("[data-sign]", card).addEventListener("click", () => sign(task));
      const form = one("[data-answer]", card), text = one("textarea", form), select = one("select", form);
      text.dataset.ref = select.dataset.ref = task.ref;
      text.value = typed.get(task.ref) ?? "";
      one("[data-results]", card).hidden = !task.results.length;
      select.replaceChildren(...["", ...task.results].map((r) => new Option(r || "请选择", r)));
      select.value = chosen.get(task.ref) ?? "";
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const done = event.submitter?.value ?? "1";
        if (done === "1" && task.results.length && !select.value) { warn("请选择送达结果"); return select.focus(); }
        if (!text.value.trim() && !(done === "1" && select.value)) { warn(done === "1" ? "请写明结果" : "请写明未办的理由"); return text.focus(); }
        warn("");
        add(task, "answer", { done, text: text.value.trim(), result: done === "1" ? select.value : "" });
      });
      return card;
    }));
  };

  // --- signing on glass
  const pad = one("[data-pad]"), canvas = one("[data-canvas]"), pen = canvas.getContext("2d");
  let signing = null, drawn = false;
  const wipe = () => { pen.fillStyle = "white"; pen.fillRect(0, 0, canvas.width, canvas.height); pen.lineWidth = 4; pen.lineCap = pen.lineJoin = "round"; drawn = false; };
  const at = (event) => { const box = canvas.getBoundingClientRect(); return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height]; };
  const sign = (task) => { signing = task; wipe(); pad.showModal(); };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); pen.beginPath(); pen.moveTo(...at(event)); });
  canvas.addEventListener("pointermove", (event) => { if (event.buttons) { pen.lineTo(...at(event)); pen.stroke(); drawn = true; } });
  one("[data-pad-clear]").addEventListener("click", wipe);
  one("[data-pad-close]").addEventListener("click", () => pad.close());
  one("[data-pad-save]").addEventListener("click", () => {
    if (!drawn) return;
    canvas.toBlob((blob) => { pad.close(); add(signing, "signature", {}, blob); }, "image/png");
  });

  // --- start
  const start = async () => {
    if (!window.isSecureContext) return warn("这一页须用 https 打开：手机拍照的校验和离线保存都需要它。");
    await remember();
    await show();
    addEventListener("online", fetchList);
    addEventListener("offline", () => { reached = false; show(); });
    one("[data-sync]").addEventListener("click", fetchList);
    await fetchList();
    setInterval(async () => { if (!busy && person && (await items()).some((i) => i.state === "queued" && i.person === person)) await fetchList(); }, AGAIN_MS);
    try { await navigator.serviceWorker.register(WORKER, { scope: SCOPE }); } catch { if (reached && person) warn("本机不能离线打开这一页，请保持网络。"); }
  };
  start();
})();
