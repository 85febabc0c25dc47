/* What a phone adds to the form, which works without it: a draft (one a code, 24 hours at most, erased at the receipt), what is
   left to answer, sending again after a lost connection. ES5; without storage it does the rest. */
(function () {
'use strict';

var DAY_MS = 86400000;
var PREFIX = 'junheng.draft.';
var SENT = 'junheng.sent.';
var store = openStore('localStorage');
var tab = openStore('sessionStorage'); // asks for receipts seen in this tab again
var leave = null; // takes the form's listeners off the window
var isLate = false; // changed while it was on its way

function openStore(name) {
  try {
    window[name].setItem(SENT, '');
    window[name].removeItem(SENT);
    return window[name];
  } catch (refused) { return null; }
}

function byId(id) { return document.getElementById(id); }
function each(list, act) { for (var i = 0; i < list.length; i++) { act(list[i]); } }
function now() { return new Date().getTime(); }
function fill(text, name, value) { return text.replace('{' + name + '}', value); }

/* drafts: {at: first kept, pairs: [[name, value], …], sent: the first body that may have arrived} */
function parse(text) { try { return JSON.parse(text); } catch (damaged) { return null; } }
function put(key, draft) { try { store.setItem(key, JSON.stringify(draft)); } catch (full) { /* so be it */ } }

/* a draft from the future: the clock was set back, and it counts as kept now */
function tidyDrafts() {
  for (var i = store ? store.length - 1 : -1; i >= 0; i--) {
    var key = store.key(i);
    if (key.indexOf(PREFIX)) { continue; }
    var draft = parse(store.getItem(key));
    var age = draft && draft.pairs ? now() - draft.at : NaN;
    if (!(age < DAY_MS && age > -2 * DAY_MS)) { store.removeItem(key); }
    else if (age < 0) { draft.at = now(); put(key, draft); }
  }
}

function readDraft(code) { return store && code ? parse(store.getItem(PREFIX + code)) : null; }

function keepDraft(code, pairs, sent) {
  var before = readDraft(code);
  if (store) { put(PREFIX + code, { at: before ? before.at : now(), pairs: pairs, sent: sent }); }
}

function eraseDraft(code) { if (store && code) { store.removeItem(PREFIX + code); } }

/* the form's fields as the browser itself would send them; buttons have no name */
function isChoice(element) { return element.type === 'radio' || element.type === 'checkbox'; }

function pairsOf(form) {
  var pairs = [];
  each(form.elements, function (element) {
    if (element.name && (element.checked || !isChoice(element))) { pairs.push([element.name, element.value]); }
  });
  return pairs;
}

function restore(form, pairs) {
  var values = {};
  each(pairs, function (pair) { (values[pair[0]] = values[pair[0]] || []).push(pair[1]); });
  each(form.elements, function (element) {
    var kept = element.name && values[element.name];
    if (isChoice(element)) { element.checked = !!kept && kept.indexOf(element.value) >= 0; }
    else if (kept) { element.value = kept[0]; }
  });
}

function encode(text) {
  var whole = text.replace(/[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]/g, function (unit) {
    return unit[1] ? unit : '\ufffd'; // half of a pair can't be encoded
  });
  return encodeURIComponent(whole.replace(/\r\n|\r|\n/g, '\r\n'));
}

function bodyOf(pairs) {
  return pairs.map(function (pair) { return encode(pair[0]) + '=' + encode(pair[1]); }).join('&');
}

function hiddenOf(pairs) { return pairs.slice(0, 2); } // nonce and start time stand first


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
  request.timeout = 30000;
  request.setRequestHeader('Content-Type', 'application/x-www-form-urlencoded');
  request.onload = function () { answered(request.status, request.responseText); };
  request.onerror = request.ontimeout = request.onabort = lost;
  request.send(body);
}

function setUpForm(form, code) {
  var words = form.dataset;
  var button = byId('submit'), label = button.textContent;
  var trouble = byId('trouble'), pause = byId('wait'), bar = byId('progress');
  var waiting = null; // the body that got no answer: it goes out again as it is
  var first = null; // the first such body: it may have arrived
  var isSending = false, failures = 0, wait = 3000, timer;

  function count() {
    var open = [], all = form.querySelectorAll('[data-required]'), link = bar.querySelector('a');
    each(all, function (one) { if (!one.querySelector('input:checked')) { open.push(one); } });
    link.textContent = open[0] ? fill(words.left, 'n', open.length) : words.done;
    link.href = open[0] ? '#' + open[0].id + '-1' : '#submit';
    bar.querySelector('i').style.width = 100 - 100 * open.length / (all.length || 1) + '%';
  }

  function measure(area) {
    var limit = +area.dataset.limit;
    var bytes = encode(area.value).replace(/%0D/g, '').replace(/%../g, 'x').length;
    var length = Math.max(area.value.replace(/[\ud800-\udbff][\udc00-\udfff]/g, 'x').length, Math.ceil(bytes / 3));
    var note = area.parentNode.querySelector('.count');
    note.textContent = length > limit * 0.8 ? fill(fill(words.length, 'n', length), 'limit', limit) : '';
    note.className = length > limit ? 'count over' : 'count';
  }

  function changed(event) {
    waiting = null;
    isLate = isSending;
    clearTimeout(timer);
    keepDraft(code, pairsOf(form), first);
    if (event.target.tagName === 'TEXTAREA') { measure(event.target); }
    count();
  }

  function sending(is) {
    isSending = is;
    button.setAttribute('aria-disabled', is);
    button.textContent = is ? words.sending : label;
  }

  function complain(text) {
    sending(false);
    trouble.textContent = text;
    trouble.hidden = false;
  }

  function again() { if (waiting && !isSending) { send(); } }
  function lost() { tryLater(words.lost); }

  function tryLater(text) {
    failures += 1;
    complain(text);
    clearTimeout(timer);
    timer = setTimeout(again, wait);
    wait = Math.min(2 * wait, 60000);
  }

  function answered(status, html) {
    if (status === 413) { waiting = first = null; complain(pageOf(html).querySelector('h1').textContent); }
    else if (status >= 500 || !show(html)) { tryLater(words.failed); }
  }

  function send() {
    trouble.hidden = true;
    isLate = false;
    sending(true);
    post(form.action, waiting, answered, lost);
  }

  function submitted(event) {
    var pairs = pairsOf(form);
    first = first || bodyOf(pairs);
    keepDraft(code, pairs, first);
    if (failures > 2 && !isSending && navigator.onLine) { clearTimeout(timer); return; } // the browser's own way
    event.preventDefault();
    if (isSending) { return; }
    waiting = waiting || bodyOf(pairs);
    send();
  }

  function takeUp(draft) {
    if ('filled' in words) { keepDraft(code, pairsOf(form), null); return; } // it was not taken
    restore(form, draft.pairs); // the first nonce and start time too
    first = draft.sent;
    byId('restored').hidden = draft.pairs.length < 3;
  }

  function clear() {
    if (first) { keepDraft(code, hiddenOf(pairsOf(form)), first); } else { eraseDraft(code); }
    form.reset();
    location.reload();
  }

  function countDown() {
    if (--pause.querySelector('b').textContent > 0) { setTimeout(countDown, 1000); } else { pause.textContent = words.ready; }
  }

  if (readDraft(code)) { takeUp(readDraft(code)); }
  byId('clear').onclick = clear;
  if (pause) { setTimeout(countDown, 1000); }
  form.addEventListener('change', changed);
  form.addEventListener('input', changed);
  form.addEventListener('submit', submitted);
  window.addEventListener('online', again);
  leave = function () { window.removeEventListener('online', again); clearTimeout(timer); leave = null; };
  bar.hidden = false;
  document.body.className = 'counting';
  each(form.querySelectorAll('textarea'), measure);
  count();
}

/* if it was this phone that used the code, it can ask for the receipt */
function offerReceipt(offer, code, isFinal) {
  var draft = readDraft(code), isOurs = !isFinal && draft && draft.sent;
  var body = isOurs ? bodyOf(hiddenOf(draft.pairs)) : tab && tab.getItem(SENT + code);
  if (!isOurs) { eraseDraft(code); }
  if (isFinal || !body) { return; }
  offer.hidden = false;
  offer.querySelector('button').onclick = function () {
    post(offer.dataset.action, body, function (_, html) { show(html); }, function () {
      offer.querySelector('p').textContent = offer.dataset.lost;
    });
  };
}

/* what was changed after sending is not in: said in red; the draft goes, and this tab can ask again */
function received(code) {
  var draft = readDraft(code), later = byId('later');
  if (later.hidden ? isLate : draft && draft.sent && draft.sent !== bodyOf(draft.pairs)) {
    later.className = 'trouble';
    later.hidden = false;
  }
  if (draft && tab) { tab.setItem(SENT + code, bodyOf(hiddenOf(draft.pairs))); }
  eraseDraft(code);
}

function start() {
  var main = byId('main'), code = main.dataset.code, page = main.dataset.page;
  var isFinal = 'final' in main.dataset;
  tidyDrafts();
  if (page === 'form') { setUpForm(byId('survey'), code); }
  if (page === 'used') { offerReceipt(byId('again'), code, isFinal); }
  if (page === 'receipt') { received(code); }
  if (page === 'group_full' || isFinal) { eraseDraft(code); }
}

if (document.addEventListener && document.implementation && window.JSON) { start(); }
})();
