package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Error is one fault of a configuration file.
type Error struct {
	File         string
	Line, Column int // from 1; 0 if the fault has no place
	Msg          string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
}

// ErrorList is every fault of a configuration file in the order of its lines.
type ErrorList []*Error

func (l ErrorList) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// explain turns what the TOML library says into faults with places.
func explain(name string, err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var list ErrorList
		for i := range strict.Errors {
			d := &strict.Errors[i]
			line, column := d.Position()
			key := strings.Join(d.Key(), ".")
			msg := fmt.Sprintf("unknown key %q", key)
			if near := nearestKey(key); near != "" {
				msg += fmt.Sprintf(": did you mean %q?", near)
			}
			list = append(list, &Error{name, line, column, msg})
		}
		return list
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, column := decode.Position()
		return ErrorList{{name, line, column, strings.TrimPrefix(decode.Error(), "toml: ")}}
	}
	return ErrorList{{File: name, Msg: strings.TrimPrefix(err.Error(), "toml: ")}}
}
