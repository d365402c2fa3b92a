// As much of VS Code as a language client needs to start and to be asked: no window, no editor. What is registered is kept for the test, classes are
// data, events never happen unless the test fires them, and what is not here does nothing and says so by being called.
'use strict';
const { pathToFileURL, fileURLToPath } = require('node:url');

class Emitter {
  constructor() {
    this.listeners = new Set();
    this.event = (listener, self) => {
      const bound = self ? listener.bind(self) : listener;
      this.listeners.add(bound);
      return new Disposable(() => this.listeners.delete(bound));
    };
  }
  fire(value) {
    return Promise.all([...this.listeners].map((listener) => listener(value)));
  }
  dispose() {
    this.listeners.clear();
  }
}
class Disposable {
  constructor(end) {
    this.dispose = end ?? (() => {});
  }
  static from(...all) {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}
class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}
class Range {
  constructor(a, b, c, d) {
    this.start = typeof a === 'number' ? new Position(a, b) : a;
    this.end = typeof a === 'number' ? new Position(c, d) : b;
  }
}
class Uri {
  constructor(scheme, path) {
    Object.assign(this, { scheme, path, authority: '', query: '', fragment: '' });
  }
  get fsPath() {
    return this.scheme === 'file' ? fileURLToPath(this.toString()) : this.path;
  }
  static file(path) {
    return Uri.parse(pathToFileURL(path).toString());
  }
  static from({ scheme, path }) {
    return new Uri(scheme, path);
  }
  static parse(text) {
    const url = new URL(text);
    return new Uri(url.protocol.slice(0, -1), decodeURIComponent(url.pathname));
  }
  static joinPath(base, ...names) {
    return new Uri(base.scheme, [base.path, ...names].join('/'));
  }
  toString() {
    return `${this.scheme}://${this.path.split('/').map(encodeURIComponent).join('/')}`;
  }
  toJSON() {
    return this.toString();
  }
}
/** A class whose instances keep what they were made of. */
const data = (name, ...fields) =>
  ({
    [name]: class {
      constructor(...args) {
        fields.forEach((field, i) => (this[field] = args[i]));
      }
    },
  })[name];
/** A kind of code action, which others may be below. */
const kind = (value) => ({ value, append: (below) => kind(value ? `${value}.${below}` : below) });
class MarkdownString {
  constructor(value = '') {
    this.value = value;
  }
  appendMarkdown(text) {
    this.value += text;
    return this;
  }
  appendCodeblock(text) {
    this.value += text;
    return this;
  }
}
class CancellationTokenSource {
  constructor() {
    const emitter = new Emitter();
    this.token = { isCancellationRequested: false, onCancellationRequested: emitter.event };
    this.cancel = () => {
      this.token.isCancellationRequested = true;
      emitter.fire();
    };
    this.dispose = () => {};
  }
}

/** An object whose members that are not there are functions which give something to dispose of, or events. */
const lenient = (known, unknown) =>
  new Proxy(known, {
    get: (target, name) => (name in target || typeof name === 'symbol' || name === 'then' ? target[name] : unknown(name)),
    has: () => true,
  });
const silent = (name) => (/^on[A-Z]/.test(name) ? new Emitter().event : () => new Disposable());

function fake({ folder, settings }) {
  const state = { providers: new Map(), commands: new Map(), messages: [], output: [], shown: [], opened: [], diagnostics: new Map(), documents: [], content: new Map(), events: {} };
  const event = (name) => (state.events[name] = new Emitter()).event;
  const uri = Uri.file(folder);
  const workspaceFolder = { uri, name: 'test', index: 0 };
  const enumeration = new Proxy({}, { get: (_, name) => name });
  const log = (line) => state.output.push(line);
  const vscode = {
    Disposable, EventEmitter: Emitter, Position, Range, Selection: Range, Uri, MarkdownString, CancellationTokenSource,
    Location: data('Location', 'uri', 'range'), Hover: data('Hover', 'contents', 'range'), CompletionItem: data('CompletionItem', 'label', 'kind'), CompletionList: data('CompletionList', 'items', 'isIncomplete'),
    Diagnostic: data('Diagnostic', 'range', 'message', 'severity'), DiagnosticRelatedInformation: data('DiagnosticRelatedInformation', 'location', 'message'), CodeLens: data('CodeLens', 'range', 'command'),
    CodeAction: data('CodeAction', 'title', 'kind'), InlayHint: data('InlayHint', 'position', 'label', 'kind'), SymbolInformation: data('SymbolInformation', 'name', 'kind', 'container', 'location'),
    DocumentSymbol: data('DocumentSymbol', 'name', 'detail', 'kind', 'range', 'selectionRange'), DocumentLink: data('DocumentLink', 'range', 'target'), FoldingRange: data('FoldingRange', 'start', 'end', 'kind'),
    CallHierarchyItem: data('CallHierarchyItem', 'kind', 'name', 'detail', 'uri', 'range', 'selectionRange'), SemanticTokens: data('SemanticTokens', 'data', 'resultId'), SemanticTokensLegend: data('SemanticTokensLegend', 'tokenTypes', 'tokenModifiers'),
    RelativePattern: data('RelativePattern', 'base', 'pattern'), CancellationError: class extends Error {}, TypeHierarchyItem: data('TypeHierarchyItem'), ThemeIcon: data('ThemeIcon', 'id'),
    CodeActionKind: Object.fromEntries(['', 'QuickFix', 'Refactor', 'RefactorExtract', 'RefactorInline', 'RefactorRewrite', 'Source', 'SourceOrganizeImports', 'Notebook', 'SourceFixAll', 'RefactorMove'].map((k) => [k || 'Empty', kind(k)])),
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 }, DiagnosticTag: { Unnecessary: 1, Deprecated: 2 }, LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
    ProgressLocation: { SourceControl: 1, Window: 10, Notification: 15 }, ViewColumn: { Active: -1, Beside: -2 }, CompletionItemKind: { Property: 9, Module: 8, Constant: 20 }, TextDocumentChangeReason: { Undo: 1, Redo: 2 },
    version: '1.91.0',
    env: { language: 'en', appName: 'test', openExternal: async (where) => (state.opened.push(where), true), isTelemetryEnabled: false },
    window: lenient({
      activeTextEditor: undefined, visibleTextEditors: [], tabGroups: { all: [], onDidChangeTabs: event('tabs'), onDidChangeTabGroups: event('tabGroups') }, terminals: [],
      createOutputChannel: (name) => ({ name, logLevel: 2, append: log, appendLine: log, trace: log, debug: log, info: log, warn: log, error: log, replace() {}, clear() {}, hide() {}, show: () => state.shown.push('output'), dispose() {}, onDidChangeLogLevel: new Emitter().event }),
      withProgress: (_, run) => run({ report() {} }, new CancellationTokenSource().token),
      setStatusBarMessage: (text) => (state.messages.push(text), new Disposable()),
      showTextDocument: async (document) => state.shown.push(document),
      ...Object.fromEntries(['showErrorMessage', 'showWarningMessage', 'showInformationMessage'].map((k) => [k, async (text) => void state.messages.push(text)])),
    }, silent),
    workspace: lenient({
      workspaceFolders: [workspaceFolder], textDocuments: state.documents, notebookDocuments: [], isTrusted: true,
      getWorkspaceFolder: (where) => (where.path.startsWith(uri.path) ? workspaceFolder : undefined),
      getConfiguration: (section) => {
        const at = (name) => (section ? `${section}.` : '') + name;
        const own = { get: (name, fallback) => (at(name) in settings ? settings[at(name)] : fallback), has: (name) => at(name) in settings, inspect: () => undefined, update: async () => {} };
        return section === undefined ? { ...own, get: (name) => Object.fromEntries(Object.entries(settings).filter(([key]) => key.startsWith(`${name}.`)).map(([key, value]) => [key.slice(name.length + 1), value])) } : own;
      },
      registerTextDocumentContentProvider: (scheme, provider) => (state.content.set(scheme, provider), new Disposable()),
      openTextDocument: async (where) => ({ uri: where, text: state.content.get(where.scheme)?.provideTextDocumentContent(where) }),
      onDidOpenTextDocument: event('open'), onDidChangeTextDocument: event('change'), onDidCloseTextDocument: event('close'), onDidSaveTextDocument: event('save'), onDidChangeConfiguration: event('configuration'),
      createFileSystemWatcher: () => ({ onDidCreate: new Emitter().event, onDidChange: new Emitter().event, onDidDelete: new Emitter().event, dispose() {} }),
      fs: { isWritableFileSystem: () => true },
    }, silent),
    languages: lenient({
      match: (selector, document) => [selector].flat().some((one) => one.pattern === undefined || document.uri.path.endsWith(one.pattern.replace('**/', '').replace('*', ''))) ? 10 : 0,
      createDiagnosticCollection: () => ({ set: (where, found) => state.diagnostics.set(where.toString(), found), get: () => [], has: () => false, delete: (where) => state.diagnostics.delete(where.toString()), clear: () => state.diagnostics.clear(), forEach() {}, dispose() {} }),
    }, (name) => (selector, provider) => (/^register/.test(name) && state.providers.set(name.slice('register'.length), provider), new Disposable())),
    commands: lenient({
      registerCommand: (name, run) => (state.commands.set(name, run), new Disposable(() => state.commands.delete(name))),
      executeCommand: async (name, ...args) => (state.commands.get(name) ?? (() => state.shown.push([name, ...args])))(...args),
    }, silent),
    extensions: { getExtension: () => undefined, all: [], onDidChange: new Emitter().event },
    lm: lenient({}, silent),
  };
  state.document = (file, text) => {
    const lines = text.split('\n');
    const document = { uri: Uri.file(file), fileName: file, languageId: 'nix', version: 1, isDirty: false, isClosed: false, isUntitled: false, lineCount: lines.length, getText: () => text,
      positionAt: (offset) => new Position(text.slice(0, offset).split('\n').length - 1, offset - text.lastIndexOf('\n', offset - 1) - 1) };
    state.documents.push(document);
    return document;
  };
  return { vscode: lenient(vscode, () => enumeration), state };
}
module.exports = { fake };
