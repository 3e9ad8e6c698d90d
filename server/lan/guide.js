/* Says whether this device trusts the app's certificate yet: the app's address answers only then. Neighbours: guide.html, guide.py. */
(function () {
  'use strict';
  var said = document.getElementById('trusted');
  var wait = 3000;
  function show(state) {
    said.className = state;
    said.textContent = said.getAttribute('data-' + state);
  }
  function look() {
    fetch(said.getAttribute('data-app') + 'healthz', { mode: 'no-cors', cache: 'no-store' }).then(
      function () { show('yes'); },
      function () { show('no'); setTimeout(look, wait); }
    );
  }
  look();
})();
