/* The page behind a label, for anybody with any phone: plain script, no library, nothing kept. Neighbours: report.html, server/http/faults.py. */
(function () {
  'use strict';
  var TEXTS = {
    zh: {
      title: '故障报修', other: 'English', what: '哪里有问题？', whatNote: '请不要写姓名或证件号。', guess: '还能用吗？', usable: '能用', unsure: '不确定', unusable: '不能用',
      photos: '照片（可不填，最多 3 张）', pick: '拍照或选照片', picked: '已选 {n} 张', phone: '电话（可不填）', phoneNote: '只给出租方回电用，可以要求删除。', send: '提交报修', sending: '正在提交…',
      done: '已收到，谢谢。出租方会尽快处理。', unknown: '这个标签没有登记。请核对标签，或联系出租方。', replaced: '这张标签已更换为 {tag}，仍可在此报修。',
      busy: '操作太频繁，请 {s} 秒后再试。填写的内容还在。', offline: '连不上网络，填写的内容还在。请连上网络后再提交。', photo: '有照片无法读取，请换一张。填写的内容还在。',
      retired: '这件资产已停用，不再接受报修。它还在您手上的话，请联系出租方。',
      need: '请写明哪里有问题。', failed: '没有提交成功，填写的内容还在。请再试一次。'
    },
    en: {
      title: 'Report a fault', other: '中文', what: 'What is wrong?', whatNote: 'Please write no names and no ID numbers.', guess: 'Can it still be used?', usable: 'Yes', unsure: 'Not sure', unusable: 'No',
      photos: 'Photos (optional, up to 3)', pick: 'Take or choose photos', picked: 'Chosen: {n}', phone: 'Phone (optional)', phoneNote: 'Only for the rental company to call back; it can be deleted on request.', send: 'Send the report', sending: 'Sending…',
      done: 'Received, thank you. The rental company will look after it.', unknown: 'This label is not registered. Please check it, or contact the rental company.', replaced: 'This label was replaced by {tag}; you can report here all the same.',
      busy: 'Too many tries. Please try again in {s} seconds; what you wrote is still here.', offline: 'No network. What you wrote is still here; send it again once connected.', photo: 'A photo cannot be read; please choose another. What you wrote is still here.',
      retired: 'This is out of use and no reports are taken. If you have it, please contact the rental company.',
      need: 'Please say what is wrong.', failed: 'It was not sent; what you wrote is still here. Please try again.'
    }
  };
  var EDGE_PX = 1600;
  var QUALITY = 0.8;
  var PHOTOS_MAX = 3;
  var lang = /^zh/i.test(navigator.language || 'zh') ? 'zh' : 'en';
  var text = TEXTS[lang];
  var tag = location.pathname.replace(/^\/t\//, '').replace(/\/$/, '');
  var found = null;
  var last = null;
  var api = '/api/v1/tags/' + tag;
  var id = newId();

  function by(name) { return document.getElementById(name); }

  /* `how` gives the words in the language of the moment, so that they follow a change of it. */
  function say(how, kind) {
    last = how;
    by('said').className = kind || '';
    by('said').textContent = how ? how() : '';
    if (how && by('said').scrollIntoView) by('said').scrollIntoView(false);
  }

  function count() {
    var n = Math.min((by('photos').files || []).length, PHOTOS_MAX);
    by('n-photos').textContent = n ? text.picked.replace('{n}', String(n)) : '';
  }

  function said(name) {
    return function () { return text[name]; };
  }

  function newId() {
    var bytes = new Uint8Array(16);
    crypto.getRandomValues(bytes);
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    var hex = '';
    for (var i = 0; i < 16; i += 1) hex += (i === 4 || i === 6 || i === 8 || i === 10 ? '-' : '') + (bytes[i] + 256).toString(16).slice(1);
    return hex;
  }

  function ask(method, url, body, then) {
    var request = new XMLHttpRequest();
    request.open(method, url + location.search);
    request.setRequestHeader('X-Handover', '1');
    if (body) request.setRequestHeader('Content-Type', 'application/json');
    request.timeout = 120000;
    request.onload = function () {
      var answer = {};
      try { answer = JSON.parse(request.responseText); } catch (ignored) { answer = {}; }
      then(request.status, answer);
    };
    request.onerror = request.ontimeout = function () { then(0, {}); };
    request.send(body || null);
  }

  function problem(status, answer) {
    if (status === 0) return said('offline');
    if (status === 404) return said('unknown');
    if (status === 429) return function () { return text.busy.replace('{s}', String(answer.retry_after_s || 60)); };
    if (answer.code === 'state_illegal') return said('retired');
    if (/^blob_/.test(answer.code || '')) return said('photo');
    return said('failed');
  }

  /* Made smaller here: an old phone on a slow network sends a tenth of the bytes; nothing of the picture's own data goes along. */
  function shrink(file, then) {
    var image = new Image();
    var url = URL.createObjectURL(file);
    image.onload = function () {
      var scale = Math.min(1, EDGE_PX / Math.max(image.naturalWidth, image.naturalHeight));
      var canvas = document.createElement('canvas');
      canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
      canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
      canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(url);
      then(canvas.toDataURL('image/jpeg', QUALITY).split(',')[1] || null);
    };
    image.onerror = function () {
      URL.revokeObjectURL(url);
      then(null);
    };
    image.src = url;
  }

  function shrinkAll(files, found, then) {
    if (found.length >= Math.min(files.length, PHOTOS_MAX)) return then(found);
    shrink(files[found.length], function (one) {
      if (one === null) return then(null);
      found.push(one);
      shrinkAll(files, found, then);
    });
  }

  function free(words, kind) {
    by('send').disabled = false;
    by('send').textContent = text.send;
    say(words, kind);
  }

  function send(event) {
    event.preventDefault();
    var what = by('what').value.replace(/^\s+|\s+$/g, '');
    if (!what) {
      say(said('need'), 'problem');
      by('what').focus();
      return;
    }
    by('send').disabled = true;
    by('send').textContent = text.sending;
    say(null);
    shrinkAll(by('photos').files || [], [], function (photos) {
      if (photos === null) return free(said('photo'), 'problem');
      var guess = document.querySelector('input[name=guess]:checked').value;
      var body = JSON.stringify({ id: id, what: what, guess: guess, phone: by('phone').value, photos: photos });
      ask('POST', api + '/faults', body, function (status, answer) {
        if (status !== 201) return free(problem(status, answer), 'problem');
        by('form').hidden = true;
        say(said('done'), 'done');
      });
    });
  }

  var WORDS = { 'l-what': 'what', 'n-what': 'whatNote', 'l-guess': 'guess', 'g-usable': 'usable', 'g-unsure': 'unsure', 'g-unusable': 'unusable',
    'l-photos': 'photos', 'g-photos': 'pick', 'l-phone': 'phone', 'n-phone': 'phoneNote' };

  /* Every word of the page in the language chosen; what was typed stays. */
  function show(chosen) {
    lang = chosen;
    text = TEXTS[lang];
    document.documentElement.lang = lang === 'zh' ? 'zh-CN' : 'en';
    document.title = text.title;
    by('title').textContent = text.title;
    by('lang').textContent = text.other;
    by('lang').lang = lang === 'zh' ? 'en' : 'zh-CN';
    by('lang').hidden = false;
    for (var name in WORDS) if (Object.prototype.hasOwnProperty.call(WORDS, name)) by(name).textContent = text[WORDS[name]];
    by('send').textContent = by('send').disabled ? text.sending : text.send;
    if (last) by('said').textContent = last();
    count();
    if (!found) return;
    by('asset').textContent = found.label;
    var small = document.createElement('small');
    var tagged = found.replaced_by ? text.replaced.replace('{tag}', found.replaced_by) : found.tag;
    small.textContent = [found.model, found.retired ? found.tag : tagged].filter(Boolean).join(' · ');
    by('asset').appendChild(small);
  }

  by('lang').addEventListener('click', function () { show(lang === 'zh' ? 'en' : 'zh'); });
  by('form').addEventListener('submit', send);
  by('photos').addEventListener('change', count);
  show(lang);
  ask('GET', api, null, function (status, answer) {
    if (status !== 200) return say(problem(status, answer), 'problem');
    found = answer;
    show(lang);
    if (found.retired) return say(said('retired'), 'problem');
    by('form').hidden = false;
  });
})();
