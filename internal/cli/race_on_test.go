//go:build race

package cli

// shadow is how many times as much memory a program of these tests may hold: the race detector keeps a shadow of all of it.
const shadow = 3
