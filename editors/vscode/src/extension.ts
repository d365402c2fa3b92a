// nixsink in VS Code: starts `nixsink lsp` and passes on what it says. What a value is and where it goes, the server knows; this knows VS Code.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { LanguageClient, LanguageClientOptions, ServerOptions, State } from 'vscode-languageclient/node';

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<LanguageClient | undefined> {
  const output = vscode.window.createOutputChannel('nixsink', { log: true });
  const command = (name: string, run: (...args: any[]) => unknown) => context.subscriptions.push(vscode.commands.registerCommand(name, run));
  context.subscriptions.push(output);
  command('nixsink.showOutput', () => output.show());
  command('nixsink.restart', () => restart(output));
  command('nixsink.trace', () => trace());
  command('nixsink.explorer', () => explorer(context));
  command('nixsink.showReferences', showReferences);
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(traces.scheme, traces),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (['path', 'arguments', 'logLevel'].some((name) => change.affectsConfiguration('nixsink.' + name))) {
        return restart(output);
      }
      return undefined;
    }),
  );
  await restart(output);
  return client;
}

export async function deactivate(): Promise<void> {
  await stop();
}

/** The program and its arguments, as the settings have them. */
function program(): { command: string; args: string[] } {
  const settings = vscode.workspace.getConfiguration('nixsink');
  const level = settings.get<string>('logLevel', 'normal');
  return {
    command: settings.get<string>('path', '') || 'nixsink',
    args: ['lsp', ...(level === 'quiet' ? ['-q'] : level === 'verbose' ? ['-v'] : []), ...settings.get<string[]>('arguments', [])],
  };
}

async function stop(): Promise<void> {
  const old = client;
  client = undefined;
  if (old && old.state !== State.Stopped) {
    await old.dispose();
  }
}

async function restart(output: vscode.LogOutputChannel): Promise<void> {
  await stop();
  const server: ServerOptions = program();
  const settings = vscode.workspace.getConfiguration('nixsink');
  const options: LanguageClientOptions = {
    // By the file's name: whether a language is called nix depends on which other extensions are there.
    documentSelector: [
      { scheme: 'file', pattern: '**/*.nix' },
      { scheme: 'file', pattern: '**/.nixsink.toml' },
    ],
    initializationOptions: { inlayHints: settings.get('inlayHints', false), codeLens: settings.get('codeLens', true) },
    synchronize: { configurationSection: 'nixsink' },
    outputChannel: output,
  };
  client = new LanguageClient('nixsink', 'nixsink', server, options);
  try {
    await client.start();
  } catch (err) {
    client = undefined;
    const choice = await vscode.window.showErrorMessage(`nixsink: ${server.command} cannot be started: ${err instanceof Error ? err.message : err}`, 'Settings', 'Output');
    if (choice === 'Settings') {
      await vscode.commands.executeCommand('workbench.action.openSettings', 'nixsink.path');
    } else if (choice === 'Output') {
      output.show();
    }
  }
}

/** What runs of `nixsink trace` printed, as documents that nobody can change. */
const traces = {
  scheme: 'nixsink-trace',
  texts: new Map<string, string>(),
  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? '';
  },
};

/** Runs a command of nixsink over the folder that a file lies in. */
function run(file: vscode.Uri | undefined, args: string[]): Promise<string> {
  const folder = (file && vscode.workspace.getWorkspaceFolder(file)) ?? vscode.workspace.workspaceFolders?.[0];
  const cwd = folder?.uri.fsPath ?? (file && path.dirname(file.fsPath));
  return new Promise((resolve, reject) =>
    execFile(program().command, args, { cwd, maxBuffer: 64 << 20 }, (err, stdout, stderr) => (err && !stdout ? reject(new Error(stderr.trim() || err.message)) : resolve(stdout))),
  );
}

/** Tells where the value at the cursor comes from and goes, or which values decide the option there. */
async function trace(): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (!editor || !client) {
    return;
  }
  const items = await client.sendRequest<{ name: string; detail?: string }[] | null>('textDocument/prepareCallHierarchy', {
    textDocument: { uri: editor.document.uri.toString() },
    position: { line: editor.selection.active.line, character: editor.selection.active.character },
  });
  if (!items?.length) {
    vscode.window.setStatusBarMessage('nixsink: no value stands here', 4000);
    return;
  }
  const { name, detail } = items[0];
  try {
    traces.texts.set(`/${name}`, await run(editor.document.uri, detail === 'option' ? ['trace', `--to=${name}`] : ['trace', '--', name]));
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme: traces.scheme, path: `/${name}` })), { preview: true, viewColumn: vscode.ViewColumn.Beside });
  } catch (err) {
    vscode.window.showErrorMessage(`nixsink: ${err instanceof Error ? err.message : err}`);
  }
}

/** Writes the explorer, one page that loads nothing, and opens it in a browser. */
async function explorer(context: vscode.ExtensionContext): Promise<void> {
  const page = vscode.Uri.joinPath(context.globalStorageUri, 'explorer.html');
  try {
    await mkdir(context.globalStorageUri.fsPath, { recursive: true });
    await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: 'nixsink: the explorer' }, () =>
      run(vscode.window.activeTextEditor?.document.uri, ['graph', '--format', `html=${page.fsPath}`]),
    );
    await vscode.env.openExternal(page);
  } catch (err) {
    vscode.window.showErrorMessage(`nixsink: ${err instanceof Error ? err.message : err}`);
  }
}

/** What a code lens does: it shows the reads of the value that is declared there. */
async function showReferences(uri: string, at: { line: number; character: number }): Promise<void> {
  const where = vscode.Uri.parse(uri);
  const position = new vscode.Position(at.line, at.character);
  const places = await vscode.commands.executeCommand<vscode.Location[]>('vscode.executeReferenceProvider', where, position);
  await vscode.commands.executeCommand('editor.action.showReferences', where, position, places ?? []);
}
