-- An editor's user who looks around in a tree and types a little, with Neovim's own client: what is said is what a replay needs. $FILES is how many files are opened.
local function main()
  local id = vim.lsp.start_client({ name = 'nixsink', cmd = { 'sh', '-c', vim.env.SERVER }, root_dir = vim.fn.getcwd() })
  vim.wait(60000, function() return vim.lsp.get_client_by_id(id) and vim.lsp.get_client_by_id(id).initialized end, 20)
  local client = vim.lsp.get_client_by_id(id)
  local function ask(buf, method, params)
    local answer, err = client.request_sync(method, params, 120000, buf)
    if not answer then error(method .. ': ' .. tostring(err)) end
    return answer.result
  end
  local seen, opened = {}, 0
  local symbols = ask(0, 'workspace/symbol', { query = '' })
  for _, symbol in ipairs(symbols) do
    local file = vim.uri_to_fname(symbol.location.uri)
    if not seen[file] and opened < tonumber(vim.env.FILES) then
      seen[file], opened = true, opened + 1
      vim.cmd('edit ' .. vim.fn.fnameescape(file))
      local buf = vim.api.nvim_get_current_buf()
      vim.lsp.buf_attach_client(buf, id)
      local document = vim.lsp.util.make_text_document_params()
      for _, method in ipairs({ 'documentSymbol', 'codeLens', 'documentLink', 'foldingRange', 'semanticTokens/full' }) do
        ask(buf, 'textDocument/' .. method, { textDocument = document })
      end
      local at = { textDocument = document, position = symbol.location.range['end'] }
      for _, method in ipairs({ 'hover', 'definition', 'declaration', 'implementation', 'documentHighlight', 'prepareRename', 'completion' }) do
        ask(buf, 'textDocument/' .. method, at)
      end
      ask(buf, 'textDocument/references', vim.tbl_extend('force', at, { context = { includeDeclaration = true } }))
      for _, item in ipairs(ask(buf, 'textDocument/prepareCallHierarchy', at) or {}) do
        local out = ask(buf, 'callHierarchy/outgoingCalls', { item = item })
        ask(buf, 'callHierarchy/incomingCalls', { item = (out and out[1] or { to = item }).to })
      end
      -- A line is typed a few letters at a time, asked about while it is not whole, and taken back.
      local typed, row = '  typed = config.' .. symbol.name, vim.api.nvim_buf_line_count(buf) - 1
      vim.api.nvim_buf_set_lines(buf, row, row, false, { '' })
      for n = 3, #typed, 3 do
        vim.api.nvim_buf_set_lines(buf, row, row + 1, false, { typed:sub(1, n) })
        ask(buf, 'textDocument/completion', { textDocument = document, position = { line = row, character = n } })
        ask(buf, 'textDocument/hover', at)
      end
      local range = { start = { line = 0, character = 0 }, ['end'] = { line = row, character = 0 } }
      ask(buf, 'textDocument/codeAction', { textDocument = document, range = range, context = { diagnostics = {} } })
      ask(buf, 'textDocument/inlayHint', { textDocument = document, range = range })
      vim.api.nvim_buf_set_lines(buf, row, row + 1, false, {})
      ask(buf, 'workspace/symbol', { query = symbol.name:sub(1, 6) })
    end
  end
  vim.lsp.stop_client(id)
  vim.wait(500, function() return false end) -- the pipe that records what is said ends with the editor
end
local ok, err = xpcall(main, debug.traceback)
local f = io.open(vim.env.OUT, 'w')
f:write(ok and '' or err)
f:close()
vim.cmd('qall!')
