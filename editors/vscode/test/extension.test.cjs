// The extension as it is shipped (dist/extension.js) with the real nixsink and a stand-in for VS Code. NIXSINK is the program, NIXSINK_TREE a folder that
// may be changed.
'use strict';
const assert = require('node:assert/strict');
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const test = require('node:test');
const { fake } = require('./vscode.cjs');

const folder = process.env.NIXSINK_TREE;
const file = path.join(folder, '00-core/ssh.nix');
const settings = { 'nixsink.path': process.env.NIXSINK, 'nixsink.arguments': [], 'nixsink.logLevel': 'normal', 'nixsink.trace.server': 'off', 'nixsink.inlayHints': false, 'nixsink.codeLens': true };
const { vscode, state } = fake({ folder, settings });
const load = Module._load;
Module._load = function (name, ...rest) {
  return name === 'vscode' ? vscode : load.call(this, name, ...rest);
};
const extension = require('../dist/extension.js');
const context = { subscriptions: [], globalStorageUri: vscode.Uri.file(path.join(folder, '.storage')) };
const token = new vscode.CancellationTokenSource().token;

async function until(what, found) {
  for (const begin = Date.now(); Date.now() - begin < 60_000; await new Promise((go) => setTimeout(go, 50))) {
    const value = found();
    if (value) {
      return value;
    }
  }
  throw new Error(`waited too long for ${what}: ${JSON.stringify(state.messages)} ${state.output.join('\n')}`);
}

test('the extension', async (t) => {
  const text = readFileSync(file, 'utf8');
  const document = state.document(file, text);
  const at = document.positionAt(text.indexOf('config.my.ports.ssh') + 'config.my.ports.s'.length);
  await t.test('starts the server', async () => {
    const client = await extension.activate(context);
    assert.deepEqual(state.messages, []);
    assert.equal(client.initializeResult.serverInfo.name, 'nixsink');
    assert.equal(client.initializeResult.capabilities.positionEncoding, 'utf-16');
  });
  await t.test('hovers', async () => {
    await state.events.open.fire(document);
    const hover = await state.providers.get('HoverProvider').provideHover(document, at, token);
    assert.match([hover.contents].flat()[0].value, /my\.ports\.ssh/);
  });
  await t.test('finds definition and references', async () => {
    const definition = [await state.providers.get('DefinitionProvider').provideDefinition(document, at, token)].flat();
    assert.ok(definition[0].uri.path.endsWith('00-core/ports.nix'), JSON.stringify(definition));
    const references = await state.providers.get('ReferenceProvider').provideReferences(document, at, { includeDeclaration: true }, token);
    assert.ok(references.length > 5);
  });
  await t.test('completes', async () => {
    const list = await state.providers.get('CompletionItemProvider').provideCompletionItems(document, at, token, { triggerKind: 0 });
    assert.ok([list.items ?? list].flat().some((item) => (item.label.label ?? item.label) === 'ssh'));
  });
  await t.test('traces what stands at the cursor', async () => {
    vscode.window.activeTextEditor = { document, selection: { active: at } };
    await state.commands.get('nixsink.trace')();
    assert.deepEqual(state.messages, []);
    const shown = state.shown.pop();
    assert.equal(shown.uri.path, '/my.ports.ssh');
    assert.match(shown.text, /services\.openssh\.ports/);
  });
  await t.test('opens the explorer', async () => {
    await state.commands.get('nixsink.explorer')();
    assert.deepEqual(state.messages, []);
    assert.match(readFileSync(state.opened[0].fsPath, 'utf8').slice(0, 200), /<!doctype html>/i);
  });
  await t.test('starts again, with other settings', async () => {
    settings['nixsink.codeLens'] = false;
    await state.commands.get('nixsink.restart')();
    assert.deepEqual(state.messages, []);
    const hover = await until('an answer', () => state.providers.get('HoverProvider'));
    assert.ok(await hover.provideHover(document, at, token));
  });
  await t.test('tells when there is no program', async () => {
    settings['nixsink.path'] = path.join(folder, 'no-such-program');
    await state.commands.get('nixsink.restart')();
    assert.match(state.messages.join('\n'), /no-such-program cannot be started/);
  });
  await extension.deactivate();
});
