// Gathers the licences of what the bundle holds, from the list of its inputs that esbuild writes.
'use strict';
const { readFileSync, readdirSync, rmSync, writeFileSync } = require('node:fs');

const { inputs } = JSON.parse(readFileSync('dist/meta.json', 'utf8'));
const packages = new Set(Object.keys(inputs).map((name) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(name)?.[1]).filter(Boolean));
const notices = [...packages].sort().map((dir) => {
  const { name, version, license } = JSON.parse(readFileSync(`${dir}/package.json`, 'utf8'));
  const file = readdirSync(dir).find((one) => /^licen[cs]e/i.test(one));
  if (!file) {
    throw new Error(`${name} has no licence`);
  }
  return `${name} ${version} (${license})\n\n${readFileSync(`${dir}/${file}`, 'utf8').trim()}\n`;
});
writeFileSync('dist/NOTICES.txt', `The extension holds these packages:\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`);
rmSync('dist/meta.json');
