// Keeps the phone page and its files so that it opens without a network. Lists and materials are none of its business:
// the page keeps them itself, by person. Its own address limits it to /offline/today/.
const KEEP = "field-3", FILES = [/*FILES*/];

self.addEventListener("install", (event) => event.waitUntil(keepAll().then(() => self.skipWaiting())));

self.addEventListener("activate", (event) => event.waitUntil(
  caches.keys().then((names) => Promise.all(names.filter((n) => n.startsWith("field-") && n !== KEEP).map((n) => caches.delete(n))))
    .then(() => self.clients.claim())));

self.addEventListener("fetch", (event) => {
  const path = new URL(event.request.url).pathname;
  if (event.request.method !== "GET" || !FILES.includes(path)) return;
  event.respondWith(event.request.mode === "navigate" ? newest(event.request, path) : kept(event.request, path));
});

async function keepAll() {
  const cache = await caches.open(KEEP);
  await Promise.all(FILES.map(async (path) => {
    const answer = await fetch(path, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(path); // the log-in page is not the page
    await cache.put(path, answer);
  }));
}

async function newest(request, path) {
  const cache = await caches.open(KEEP);
  try {
    const answer = await fetch(request);
    if (answer.ok && !answer.redirected && answer.type === "basic") await cache.put(path, answer.clone());
    return answer.status >= 500 ? (await cache.match(path)) ?? answer : answer;
  } catch (error) {
    const before = await cache.match(path);
    if (before) return before;
    throw error;
  }
}

async function kept(request, path) {
  return (await (await caches.open(KEEP)).match(path)) ?? fetch(request);
}
