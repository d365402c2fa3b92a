-- What an editor's user does, one thing after the other, with Neovim's own client. The results are written to $OUT as JSON.
local out = {}
local published = {}
vim.lsp.handlers['textDocument/publishDiagnostics'] = function(err, result, ctx, config)
  if result then published[vim.uri_to_fname(result.uri)] = result.diagnostics end
  return vim.lsp.diagnostic.on_publish_diagnostics(err, result, ctx, config)
end
local function wait(what, done)
  if not vim.wait(60000, done, 20) then error('waited too long for ' .. what) end
end
local function codes(name)
  local list = {}
  for _, d in ipairs(published[vim.fn.getcwd() .. '/' .. name] or {}) do table.insert(list, d.code) end
  table.sort(list)
  return list
end
local function main()
  vim.cmd('edit 00-core/ssh.nix')
  local buf = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({ name = 'nixsink', cmd = { 'sh', '-c', vim.env.SERVER }, root_dir = vim.fn.getcwd() })
  vim.lsp.buf_attach_client(buf, id)
  wait('the server', function() return vim.lsp.get_client_by_id(id) and vim.lsp.get_client_by_id(id).initialized end)
  local function goto_(word)
    vim.fn.cursor(1, 1)
    if vim.fn.search('\\V' .. word, 'cW') == 0 then error('no ' .. word) end
  end
  local function ask(method, params)
    local answers, err = vim.lsp.buf_request_sync(0, method, params or vim.lsp.util.make_position_params(0, vim.lsp.get_client_by_id(id).offset_encoding), 60000)
    if err then error(method .. ': ' .. err) end
    local a = answers[id] or select(2, next(answers))
    if a.error then return { error = a.error.message } end
    return a.result
  end
  local function places(list)
    local names = {}
    for _, l in ipairs(list or {}) do
      table.insert(names, vim.fn.fnamemodify(vim.uri_to_fname(l.uri), ':.') .. ':' .. (l.range.start.line + 1))
    end
    return names
  end

  goto_('config.my.ports.ssh')
  vim.fn.search('ssh', 'cW')
  out.hover = ask('textDocument/hover').contents.value
  out.definition = places(ask('textDocument/definition'))
  local p = vim.lsp.util.make_position_params(0, vim.lsp.get_client_by_id(id).offset_encoding)
  p.context = { includeDeclaration = true }
  out.references = places(ask('textDocument/references', p))
  out.implementation = places(ask('textDocument/implementation'))

  -- Completion in text that is not saved, and not whole.
  goto_('config.my.ports.ssh')
  local row = vim.fn.line('.')
  vim.api.nvim_buf_set_lines(buf, row, row, false, { '  other = config.my.ports.' })
  vim.fn.cursor(row + 1, #'  other = config.my.ports.' + 1)
  vim.cmd('startinsert!')
  local items = {}
  local at = vim.lsp.util.make_position_params(0, vim.lsp.get_client_by_id(id).offset_encoding)
  at.position.character = #'  other = config.my.ports.'
  for _, item in ipairs(ask('textDocument/completion', at).items) do table.insert(items, item.label) end
  out.completion = items

  -- A finding comes with the edit, and goes with it.
  vim.api.nvim_buf_set_lines(buf, row, row + 1, false, { '  other = config.my.ports.sssh;' })
  wait('the finding', function() return vim.tbl_contains(codes('00-core/ssh.nix'), 'undeclared-value') end)
  out.found = true
  local range = vim.lsp.util.make_given_range_params({ row + 1, 0 }, { row + 1, 30 }, buf, vim.lsp.get_client_by_id(id).offset_encoding)
  range.context = { diagnostics = {} }
  local titles = {}
  for _, a in ipairs(ask('textDocument/codeAction', range)) do table.insert(titles, a.title) end
  out.actions = titles
  vim.api.nvim_buf_set_lines(buf, row, row + 1, false, {})
  wait('its end', function() return not vim.tbl_contains(codes('00-core/ssh.nix'), 'undeclared-value') end)

  -- Rename, applied by the editor, in files that are open and in others.
  goto_('config.my.ports.ssh')
  vim.fn.search('ssh', 'cW')
  local r = vim.lsp.util.make_position_params(0, vim.lsp.get_client_by_id(id).offset_encoding)
  r.newName = 'sshd'
  local edit = ask('textDocument/rename', r)
  if edit.error then error(edit.error) end
  vim.lsp.util.apply_workspace_edit(edit, vim.lsp.get_client_by_id(id).offset_encoding)
  vim.cmd('silent wall')
  local pull = ask('textDocument/diagnostic', { textDocument = vim.lsp.util.make_text_document_params() })
  out.pulled = pull.kind
  goto_('config.my.ports.sshd')
  vim.fn.search('sshd', 'cW')
  out.renamed = places(ask('textDocument/definition'))
  vim.lsp.stop_client(id)
  vim.wait(500, function() return false end) -- the pipe that records what is said ends with the editor
end
local ok, err = xpcall(main, debug.traceback)
if not ok then out.error = err end
local f = io.open(vim.env.OUT, 'w')
f:write(vim.fn.json_encode(out))
f:close()
vim.cmd('qall!')
