//go:build !race

package cli

const shadow = 1
