/* Says on the page what Dash keeps to itself: a change that the server refused, or that never reached it. */
(function () {
  "use strict";
  const CALLBACK = "/_dash-update-component";
  const asked = window.fetch;
  let leaving = false;
  window.addEventListener("pagehide", function () { leaving = true; });
  window.addEventListener("pageshow", function () { leaving = false; });

  function tell(line) {
    let notice = document.getElementById("refused");
    if (!notice) {
      notice = document.createElement("div");
      notice.id = "refused";
      notice.className = "problem refused";
      notice.setAttribute("role", "alert");
      document.body.appendChild(notice);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "scheme";
    close.textContent = "Close";
    close.addEventListener("click", function () { notice.remove(); });
    notice.replaceChildren("What you see was not changed. " + line + " ", close);
  }

  async function heard(answer) {
    let line = "The server answered " + answer.status + ".";
    try { line = (await answer.clone().json()).error || line; } catch (error) { /* a proxy's page: the status says it */ }
    tell(line);
  }

  window.fetch = async function (resource) {
    const address = new URL(resource.url || resource, location.href);
    if (address.pathname !== CALLBACK) return asked.apply(window, arguments);
    try {
      const answer = await asked.apply(window, arguments);
      if (!answer.ok) await heard(answer);
      return answer;
    } catch (error) {
      if (!leaving && error.name !== "AbortError") tell("The server cannot be reached; try again.");
      throw error;
    }
  };
})();
