/* The page of a job looks how far it is, without being loaded anew; without scripts it is (noscript in its head). */
(function () {
  "use strict";
  var here = location.pathname, path = here + location.search;
  function look() {
    fetch(path, {redirect: "manual"}).then(function (answer) {
      if (answer.type === "opaqueredirect") { /* done: to the result; a file leaves this page where it is */
        location.assign(path);
        if (path !== here) { path = here; setTimeout(look, 1000); }
        return null;
      }
      if (!answer.ok) { location.reload(); return null; }
      return answer.text().then(function (html) {
        var fresh = new DOMParser().parseFromString(html, "text/html").getElementById("job");
        document.getElementById("job").replaceWith(fresh);
        if (fresh.hasAttribute("data-under-way")) { setTimeout(look, 500); }
      });
    }).catch(function () { setTimeout(look, 3000); });
  }
  setTimeout(look, 500);
})();
