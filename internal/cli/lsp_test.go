package cli

import (
	"bufio"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

// message is one message of the protocol.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
	all    []byte
}

func read(r *bufio.Reader) (m message, err error) {
	length := 0
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return m, err
		}
		if line = strings.TrimSpace(line); line == "" {
			break
		}
		if n, ok := strings.CutPrefix(line, "Content-Length:"); ok {
			if length, err = strconv.Atoi(strings.TrimSpace(n)); err != nil {
				return m, err
			}
		}
	}
	m.all = make([]byte, length)
	if _, err := io.ReadFull(r, m.all); err != nil {
		return m, err
	}
	return m, json.Unmarshal(m.all, &m)
}
