/* What a phone adds to the form, which works without it: a draft on this phone (one a code, at most 24 hours, erased at the
   receipt), how many questions are left, and sending again after a lost connection: the same body, hence the same receipt.
   ES5 and XMLHttpRequest only: web views of old phones run it. Without storage it does the rest. */
(function () {
  'use strict';

  var DAY_MS = 86400000;
  var PREFIX = 'junheng.draft.';
  var TIMEOUT_MS = 30000;
  var FIRST_WAIT_MS = 3000;
  var LONGEST_WAIT_MS = 60000;
  var store = openStore();
  var leave = null; // takes the form's listeners off the window when another page takes its place

  function openStore() {
    try {
      window.localStorage.setItem(PREFIX, '');
      window.localStorage.removeItem(PREFIX);
      return window.localStorage;
    } catch (refused) {
      return null;
    }
  }

  function byId(id) { return document.getElementById(id); }
  function each(list, act) { for (var i = 0; i < list.length; i++) { act(list[i]); } }
  function fill(text, name, value) { return text.replace('{' + name + '}', value); }

  /* drafts: {at: first kept, sent: handed to the network, pairs: [[name, value], …]} */
  function parse(text) { try { return JSON.parse(text); } catch (damaged) { return null; } }

  function isFresh(draft) {
    var age = draft ? new Date().getTime() - draft.at : -1;
    return age >= 0 && age < DAY_MS && !!draft.pairs;
  }

  function dropOldDrafts() {
    for (var i = store ? store.length - 1 : -1; i >= 0; i--) {
      var key = store.key(i);
      if (key.indexOf(PREFIX) === 0 && !isFresh(parse(store.getItem(key)))) { store.removeItem(key); }
    }
  }

  function readDraft(code) {
    var draft = store && code ? parse(store.getItem(PREFIX + code)) : null;
    return isFresh(draft) ? draft : null;
  }

  function keepDraft(code, pairs, sent) {
    var before = readDraft(code);
    var draft = { at: before ? before.at : new Date().getTime(), sent: sent, pairs: pairs };
    try { store.setItem(PREFIX + code, JSON.stringify(draft)); } catch (full) { /* the form itself still holds the answers */ }
  }

  function eraseDraft(code) { if (store && code) { store.removeItem(PREFIX + code); } }

  /* the form's fields as the browser itself would send them */
  function isButton(element) { return element.type === 'submit' || element.type === 'button' || element.type === 'fieldset'; }
  function isChoice(element) { return element.type === 'radio' || element.type === 'checkbox'; }

  function pairsOf(form) {
    var pairs = [];
    each(form.elements, function (element) {
      if (!element.name || isButton(element) || (isChoice(element) && !element.checked)) { return; }
      pairs.push([element.name, element.value]);
    });
    return pairs;
  }

  function restore(form, pairs) {
    var values = {};
    each(pairs, function (pair) { (values[pair[0]] = values[pair[0]] || []).push(pair[1]); });
    each(form.elements, function (element) {
      var kept = element.name && values[element.name];
      if (isChoice(element)) { element.checked = !!kept && kept.indexOf(element.value) >= 0; }
      else if (kept && !isButton(element)) { element.value = kept[0]; }
    });
  }

  function encode(text) {
    var whole = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, function (unit) {
      return unit.length === 1 ? '\ufffd' : unit; // half of a pair, which can't be encoded
    });
    return encodeURIComponent(whole.replace(/\r\n|\r|\n/g, '\r\n'));
  }

  function bodyOf(pairs) {
    var parts = [];
    each(pairs, function (pair) { parts.push(encode(pair[0]) + '=' + encode(pair[1])); });
    return parts.join('&');
  }

  function pageOf(html) {
    var page = document.implementation.createHTMLDocument('');
    page.documentElement.innerHTML = html;
    return page;
  }

  /* another page of ours in the place of this one, without leaving it */
  function show(html) {
    var next = pageOf(html);
    if (!next.querySelector('main[data-page]')) { return false; }
    if (leave) { leave(); }
    document.title = next.title;
    document.body.className = '';
    document.body.innerHTML = next.body.innerHTML;
    window.scrollTo(0, 0);
    start();
    var first = byId('problems') || document.querySelector('h1');
    if (first) { first.focus(); }
    return true;
  }

  function post(address, body, answered, lost) {
    var request = new XMLHttpRequest();
    request.open('POST', address, true);
    request.timeout = TIMEOUT_MS;
    request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
    request.onload = function () { answered(request.status, request.responseText); };
    request.onerror = request.ontimeout = request.onabort = lost;
    request.send(body);
  }

  function setUpForm(form, code) {
    var words = form.dataset;
    var button = byId('submit');
    var trouble = byId('trouble');
    var label = button.textContent;
    var waiting = null; // the body that got no answer: it goes out again as it is
    var wait = FIRST_WAIT_MS;
    var timer = null;
    var isSending = false;
    var failures = 0;

    function openQuestions() {
      var open = [];
      each(form.querySelectorAll('[data-required]'), function (question) {
        if (!question.querySelector('input:checked')) { open.push(question); }
      });
      return open;
    }

    function count() {
      var open = openQuestions();
      var all = form.querySelectorAll('[data-required]').length;
      var link = byId('progress').querySelector('a');
      link.textContent = open.length ? fill(words.left, 'n', open.length) : words.done;
      link.href = open.length ? '#' + open[0].id + '-1' : '#submit';
      byId('progress').querySelector('i').style.width = (all ? 100 * (all - open.length) / all : 100) + '%';
    }

    function measure(area) {
      var limit = +area.getAttribute('data-limit');
      var bytes = encode(area.value).replace(/%0D/g, '').replace(/%../g, 'x').length;
      var length = Math.max(area.value.replace(/[\ud800-\udbff][\udc00-\udfff]/g, 'x').length, Math.ceil(bytes / 3));
      var note = area.parentNode.querySelector('.count');
      note.textContent = length > limit * 0.8 ? fill(fill(words.length, 'n', length), 'limit', limit) : '';
      note.className = length > limit ? 'count over' : 'count';
    }

    function changed(event) {
      waiting = null;
      clearTimeout(timer);
      if (store) { keepDraft(code, pairsOf(form), false); }
      if (event.target.tagName === 'TEXTAREA') { measure(event.target); } else { count(); }
    }

    function sending(is) {
      isSending = is;
      button.setAttribute('aria-disabled', is ? 'true' : 'false');
      button.textContent = is ? words.sending : label;
    }

    function complain(text) {
      sending(false);
      trouble.textContent = text;
      trouble.hidden = false;
    }

    function again() {
      if (waiting !== null && !isSending) { send(); }
    }

    function lost() { tryLater(words.lost); }

    function tryLater(text) {
      failures += 1;
      complain(text);
      clearTimeout(timer);
      timer = setTimeout(again, wait);
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }

    function answered(status, html) {
      if (status === 413) { waiting = null; complain(pageOf(html).querySelector('h1').textContent); }
      else if (status >= 500 || !show(html)) { tryLater(words.failed); }
    }

    function send() {
      trouble.hidden = true;
      sending(true);
      post(form.action, waiting, answered, lost);
    }

    function submitted(event) {
      var pairs = pairsOf(form);
      if (store) { keepDraft(code, pairs, true); }
      if (failures > 2 && !isSending && navigator.onLine) { clearTimeout(timer); return; } // the browser's own way may do
      event.preventDefault();
      if (isSending) { return; }
      waiting = waiting === null ? bodyOf(pairs) : waiting;
      send();
    }

    function takeUpDraft() {
      var draft = readDraft(code);
      if (!draft || form.hasAttribute('data-filled')) { return; }
      restore(form, draft.pairs); // the first nonce and start time too: the form was opened then
      byId('restored').hidden = false;
      byId('clear').onclick = function () { eraseDraft(code); form.reset(); byId('restored').hidden = true; window.location.reload(); };
    }

    takeUpDraft();
    form.addEventListener('change', changed);
    form.addEventListener('input', changed);
    form.addEventListener('submit', submitted);
    window.addEventListener('online', again);
    leave = function () { window.removeEventListener('online', again); clearTimeout(timer); leave = null; };
    byId('progress').hidden = false;
    document.body.className = 'counting';
    each(form.querySelectorAll('textarea'), measure);
    count();
  }

  /* the code is used: if it was this phone that sent the sheet, it can ask for the receipt that got lost */
  function offerReceipt(offer, code, isFinal) {
    var draft = readDraft(code);
    if (isFinal || !draft || !draft.sent) { eraseDraft(code); return; }
    offer.hidden = false;
    offer.querySelector('button').onclick = function () {
      post(offer.getAttribute('data-action'), bodyOf(draft.pairs), function (status, html) { show(html); }, function () {
        offer.querySelector('p').textContent = offer.getAttribute('data-lost');
      });
    };
  }

  function start() {
    var main = byId('main');
    var code = main.getAttribute('data-code');
    var page = main.getAttribute('data-page');
    dropOldDrafts();
    if (page === 'form') { setUpForm(byId('survey'), code); }
    if (page === 'used') { offerReceipt(byId('again'), code, main.hasAttribute('data-final')); }
    if (page === 'receipt' || page === 'group_full' || main.hasAttribute('data-final')) { eraseDraft(code); }
  }

  if (document.querySelector && document.addEventListener && document.implementation && window.JSON) { start(); }
})();
