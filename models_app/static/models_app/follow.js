// A deployment that is under way: load its page anew when there is news. Without this, its reader does so.
const EVERY_MS = 4000;
const shown = document.querySelector("[data-follow]").dataset.follow;

async function look() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.pathname, { headers: { Accept: "application/json" } });
      if (answer.ok && (await answer.json()).updatedAt !== shown) return location.reload();
      if (answer.status === 401 || answer.status === 404) return undefined;
    } catch {
      // No connection just now: the next look tells.
    }
  }
  return setTimeout(look, EVERY_MS);
}

setTimeout(look, EVERY_MS);
