/* The page of a job looks how far it is, without being loaded anew; without scripts it is (noscript in its head). */
(function () {
  "use strict";
  function look() {
    fetch(location.pathname, {redirect: "manual"}).then(function (answer) {
      if (!answer.ok) { location.reload(); return null; } /* done: the page leads on */
      return answer.text().then(function (html) {
        var fresh = new DOMParser().parseFromString(html, "text/html").getElementById("job");
        document.getElementById("job").replaceWith(fresh);
        if (fresh.hasAttribute("data-under-way")) { setTimeout(look, 500); }
      });
    }).catch(function () { setTimeout(look, 3000); });
  }
  setTimeout(look, 500);
})();
