// What a Node.js client makes of https://localhost:PORT/ for each port.
// SPDX-License-Identifier: Apache-2.0
'use strict';
const https = require('https');
const fs = require('fs');
const ca = fs.readFileSync(process.argv[2]);

function next(ports) {
  if (ports.length === 0) {
    return;
  }
  const port = ports[0];
  let told = false;
  const tell = (text) => {
    if (!told) {
      told = true;
      console.log(port + ' ' + text.replace(/\s+/g, ' '));
      next(ports.slice(1));
    }
  };
  const words = (e) => 'fails ' + (e.code || '') + ' ' + e.message + ' ' +
    (e.errors || []).map((inner) => inner.code + ' ' + inner.message).join(' ');
  const options = { host: 'localhost', port, ca, agent: false, timeout: 8000 };
  const request = https.get(options, (response) => {
    response.on('data', () => {});
    response.on('end', () => tell('works'));
    response.on('error', (e) => tell(words(e)));
  });
  request.on('error', (e) => tell(words(e)));
  request.on('timeout', () => request.destroy(new Error('time-out')));
}
next(process.argv.slice(3));
